/**
 * Changes of messages that need an adapter: auth decides reactions as it decides sends, moderation checks the texts of
 * reactions and reasons. Edits go through the send pipeline instead.
 */
import { type Failure, SERVICE } from '@plenum/protocol';
import { type AuthGuard, authorize, type ModerationGuard } from '../adapters/guards.ts';
import { checkField, type ModeratedField } from '../adapters/moderated-fields.ts';
import { refused } from '../groups/commands.ts';
import type { MessageCommand, MessageOutcome } from '../log/message-commands.ts';
import type { MessageChanges } from '../ports/message-changes.ts';

export interface GuardedMessageDeps {
  readonly changes: Pick<MessageChanges, 'change' | 'admit'>;
  /** Null: there is no such adapter. */
  readonly auth: AuthGuard | null;
  readonly moderation: ModerationGuard | null;
}

/** The rules and the token come before the adapter, so no user can make the product call an adapter without limit. */
export async function guardedMessageChange(
  { changes, auth, moderation }: GuardedMessageDeps,
  command: MessageCommand,
): Promise<MessageOutcome> {
  const { actor, groupId, operation } = command;
  const isAuthAsked = auth !== null && (operation === 'react' || operation === 'append');
  const text = moderation === null ? null : textOf(command);
  if (actor === SERVICE || (!isAuthAsked && text === null)) return changes.change(command);
  const admission = await changes.admit(command);
  if (admission.type !== 'admitted') return admission;
  const denied = isAuthAsked ? await authorize(auth, { actor, groupId, action: 'send' }) : null;
  if (denied !== null) return refused(denied);
  const blocked = await verdictOn(moderation, command, text);
  return blocked === null ? changes.change({ ...command, isAdmitted: true }) : refused(blocked);
}

interface FieldText {
  readonly field: ModeratedField;
  readonly text: string;
}

/** The text by the actor that members will see; null: none. */
function textOf(command: MessageCommand): FieldText | null {
  if (command.operation === 'react') return { field: 'reaction', text: command.reaction };
  if (command.operation === 'append' && command.text !== '') return { field: 'appended', text: command.text };
  if (command.operation !== 'take_down' || !command.reason) return null;
  return { field: 'reason', text: command.reason };
}

async function verdictOn(
  moderation: ModerationGuard | null,
  { groupId, actor }: MessageCommand,
  text: FieldText | null,
): Promise<Failure | null> {
  if (moderation === null || text === null || actor === SERVICE) return null;
  return checkField(moderation, text.field, { group_id: groupId, from_user_id: actor, message: text.text });
}
