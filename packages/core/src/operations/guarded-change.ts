/** Changes that need an adapter: auth decides creates and joins, moderation checks texts that members will see. */
import { type Failure, SERVICE } from '@plenum/protocol';
import { type Attempt, type AuthGuard, authorize, type ModerationGuard } from '../adapters/guards.ts';
import { type ChangeOutcome, type GroupCommand, refused } from '../groups/commands.ts';
import type { GroupStore } from '../ports/group-store.ts';

export interface GuardedChangeDeps {
  readonly groups: Pick<GroupStore, 'change' | 'admit'>;
  /** Null: there is no such adapter. */
  readonly auth: AuthGuard | null;
  readonly moderation: ModerationGuard | null;
}

interface ModeratedText {
  readonly field: 'reason' | 'metadata' | 'note';
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
  const message = { group_id: groupId, from_user_id: actor, message: text, field };
  const failure = await moderation.check(message);
  if (failure?.code !== 'moderation_blocked') return failure;
  const details = { ...failure.details, field };
  return { ...failure, error: `${field} was blocked by moderation`, details };
}

/** The text by the actor that members will see; null: none. */
function textOf(command: GroupCommand): ModeratedText | null {
  if ('reason' in command) return moderated('reason', command.reason ?? '');
  if (command.operation === 'join') return moderated('note', command.note ?? '');
  if (command.operation === 'create') return moderated('metadata', textsIn(command.settings.metadata));
  if (command.operation === 'update') return moderated('metadata', textsIn(command.changes.metadata ?? null));
  return null;
}

const moderated = (field: ModeratedText['field'], text: string): ModeratedText | null =>
  text === '' ? null : { field, text };

/** All texts and keys of the metadata, one per line: `{"topic":["tea"]}` is `topic` and `tea`. */
function textsIn(metadata: string | null): string {
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    if (typeof value !== 'object' || value === null) return;
    const isList = Array.isArray(value);
    for (const [key, child] of Object.entries(value)) {
      if (!isList) texts.push(key);
      walk(child);
    }
  };
  if (metadata !== null) walk(JSON.parse(metadata));
  return texts.join('\n');
}
