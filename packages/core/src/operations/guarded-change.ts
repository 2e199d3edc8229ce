/** Changes that need an adapter: auth decides creates and joins, moderation checks texts that members will see. */
import { type Failure, SERVICE } from '@plenum/protocol';
import { type Attempt, type AuthGuard, authorize, type ModerationGuard } from '../adapters/guards.ts';
import { checkField, type ModeratedField, textsIn } from '../adapters/moderated-fields.ts';
import { type ChangeOutcome, type GroupCommand, refused } from '../groups/commands.ts';
import type { GroupStore } from '../ports/group-store.ts';

export interface GuardedChangeDeps {
  readonly groups: Pick<GroupStore, 'change' | 'admit'>;
  /** Null: there is no such adapter. */
  readonly auth: AuthGuard | null;
  readonly moderation: ModerationGuard | null;
}

interface ModeratedText {
  readonly field: ModeratedField;
  readonly text: string;
}

/**
 * As for messages, the rules and the tokens come before the adapter, so no user can make the product call an adapter
 * without limit. Changes by the service itself need no adapter.
 */
export async function guardedChange(
  { groups, auth, moderation }: GuardedChangeDeps,
  command: GroupCommand,
): Promise<ChangeOutcome> {
  const attempt = auth === null ? null : attemptOf(command);
  const text = moderation === null ? null : textOf(command);
  if (command.actor === SERVICE || (attempt === null && text === null)) return groups.change(command);
  const admission = await groups.admit(command);
  if (admission.type === 'refused') return admission;
  // A repeated join or create attaches the device again, so auth is asked again.
  const denied = attempt === null ? null : await authorize(auth, attempt);
  if (denied !== null) return refused(denied);
  if (admission.type === 'done') return admission;
  const blocked = moderation === null || text === null ? null : await verdictOn(moderation, command, text);
  return blocked === null ? groups.change({ ...command, isAdmitted: true }) : refused(blocked);
}

/** The question to auth; null: none is needed. */
function attemptOf({ operation, actor, groupId }: GroupCommand): Attempt | null {
  return operation === 'create' || operation === 'join' ? { actor, groupId, action: operation } : null;
}

async function verdictOn(
  moderation: ModerationGuard,
  { groupId, actor }: GroupCommand,
  { field, text }: ModeratedText,
): Promise<Failure | null> {
  if (actor === SERVICE) return null;
  return checkField(moderation, field, { group_id: groupId, from_user_id: actor, message: text });
}

/** The text by the actor that members will see; null: none. */
function textOf(command: GroupCommand): ModeratedText | null {
  if ('reason' in command) return moderated('reason', command.reason ?? '');
  if (command.operation === 'join') return moderated('note', command.note ?? '');
  if (command.operation === 'create') return moderated('metadata', textsIn(command.settings.metadata));
  if (command.operation === 'update') return moderated('metadata', textsIn(command.changes.metadata ?? null));
  return null;
}

const moderated = (field: ModeratedField, text: string): ModeratedText | null =>
  text === '' ? null : { field, text };
