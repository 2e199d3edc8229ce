/** Reactions: short texts, usually one emoji, that users put on a message. */
import { z } from 'zod';
import { limits } from './limits.ts';
import { exceedsBytes, holdsNul, isPlainObject } from './text.ts';

/** Kept as given. Two reactions that are equal in the Unicode form NFC are the same reaction. */
export const reactionSchema = z
  .string({ error: 'reaction must be a string' })
  .superRefine((text, context) => {
    const refuse = (message: string, params: { code?: string; limit?: number } = {}) =>
      context.addIssue({ code: 'custom', message, params });
    const limit = limits.reactionMaxBytes;
    if (text.length === 0) refuse('reaction must not be empty', { limit: 1 });
    else if (exceedsBytes(text, limit)) refuse(`reaction is larger than ${limit} bytes`, { limit });
    else if (!text.isWellFormed()) refuse('reaction holds a lone surrogate', { code: 'invalid_utf8' });
    else if (holdsNul(text)) refuse('reaction holds U+0000');
  })
  .meta({
    id: 'Reaction',
    minLength: 1,
    maxLength: limits.reactionMaxBytes,
    description: `A short text, 1 to ${limits.reactionMaxBytes} bytes in UTF-8, kept as given; usually one emoji`,
    examples: ['👍'],
  });

/** The form by which two reactions are compared. */
export const reactionKey = (reaction: string): string => reaction.normalize('NFC');

export interface ReactionState {
  /** Users who have put it on the message. */
  readonly count: number;
  /** True: the reading user is one of them. Absent: the text is not read by one user. */
  readonly me?: boolean;
}
const reactionStateSchema = z.object({ count: z.int().min(1), me: z.boolean().exactOptional() });

const isReactions = (value: unknown): value is Record<string, ReactionState> =>
  isPlainObject(value) && Object.values(value).every((state) => reactionStateSchema.safeParse(state).success);

/** By reaction. `z.record` would drop a reaction `__proto__`. */
export const reactionsSchema = z.custom<Record<string, ReactionState>>(isReactions).meta({
  id: 'Reactions',
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: { count: { type: 'integer', minimum: 1 }, me: { type: 'boolean' } },
    required: ['count'],
  },
  description: 'How many users have put each reaction on the message, and whether the reading user has',
  examples: [{ '👍': { count: 2, me: true } }],
});
