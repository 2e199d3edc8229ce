/** Asks moderation about texts in a field beside the message: a `reason`, or the texts and keys of `metadata`. */
import type { Failure } from '@plenum/protocol';
import type { ProposedMessage } from '../ports/adapters.ts';
import type { ModerationGuard } from './guards.ts';

export type ModeratedField = NonNullable<ProposedMessage['field']>;

/** @returns the refusal, which names the field; null: the text is allowed */
export async function checkField(
  moderation: ModerationGuard,
  field: ModeratedField,
  proposed: Omit<ProposedMessage, 'field'>,
): Promise<Failure | null> {
  const failure = await moderation.check({ ...proposed, field });
  if (failure?.code !== 'moderation_blocked') return failure;
  return {
    ...failure,
    error: `${field} was blocked by moderation`,
    details: { ...failure.details, field },
  };
}

/**
 * All texts and keys of the metadata, one per line: `{"topic":["tea"]}` is `topic` and `tea`.
 * @param metadata JSON text, or null
 */
export function textsIn(metadata: string | null): string {
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
