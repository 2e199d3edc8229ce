/** Changes that carry text to all members: their text passes the moderation that messages pass. */
import { SERVICE } from '@plenum/protocol';
import type { ModerationGuard } from '../adapters/guards.ts';
import { type ChangeOutcome, type GroupCommand, refused } from '../groups/commands.ts';
import type { GroupStore } from '../ports/group-store.ts';

export interface ModeratedParts {
  readonly groups: Pick<GroupStore, 'change' | 'admit'>;
  /** Null: no adapter is asked. */
  readonly moderation: ModerationGuard | null;
}

interface Told {
  readonly field: 'reason' | 'metadata';
  readonly text: string;
}

/**
 * As for messages: a repeated request is answered and a refused one refused before the moderation is asked, and what it
 * blocks has cost its token. What the service itself does is not asked about.
 */
export async function moderatedChange(
  { groups, moderation }: ModeratedParts,
  command: GroupCommand,
): Promise<ChangeOutcome> {
  const told = toldBy(command);
  if (moderation === null || told === null || command.actor === SERVICE) return groups.change(command);
  const admission = await groups.admit(command);
  if (admission.outcome !== 'admitted') return admission;
  const { field, text } = told;
  const failure = await moderation.check({
    group_id: command.groupId,
    from_user_id: command.actor,
    message: text,
    field,
  });
  if (failure === null) return groups.change({ ...command, isAdmitted: true });
  if (failure.code !== 'moderation_blocked') return refused(failure);
  const details = { ...failure.details, field };
  return refused({ ...failure, error: `${field} was blocked by moderation`, details });
}

/** What members will read of a change in the words of its actor; null: nothing. */
function toldBy(command: GroupCommand): Told | null {
  if ('reason' in command) return told('reason', command.reason ?? '');
  if (command.operation === 'create') return told('metadata', textsIn(command.settings.metadata));
  if (command.operation === 'update') return told('metadata', textsIn(command.changes.metadata ?? null));
  return null;
}

const told = (field: Told['field'], text: string): Told | null => (text === '' ? null : { field, text });

/** Every text and key of the metadata, a line each: `{"topic":["tea"]}` is `topic` and `tea`. */
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
