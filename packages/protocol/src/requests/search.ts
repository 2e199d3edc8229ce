/** The request that finds messages by their words, in the archive. */
import { z } from 'zod';
import { historyEntrySchema } from '../entries.ts';
import { seqSchema } from '../groups.ts';
import { limits } from '../limits.ts';
import { exceedsBytes, holdsNul } from '../text.ts';
import { group, paged } from './arguments.ts';

const querySchema = z
  .string()
  .superRefine((text, context) => {
    const refuse = (message: string, params: { code?: string; limit?: number } = {}) =>
      context.addIssue({ code: 'custom', message, params });
    const limit = limits.searchQueryMaxBytes;
    if (text.length === 0) refuse('query must not be empty', { limit: 1 });
    else if (exceedsBytes(text, limit)) refuse(`query is larger than ${limit} bytes`, { limit });
    else if (!text.isWellFormed()) refuse('query holds a lone surrogate', { code: 'invalid_utf8' });
    else if (holdsNul(text)) refuse('query holds U+0000');
  })
  .meta({
    id: 'SearchQuery',
    minLength: 1,
    maxLength: limits.searchQueryMaxBytes,
    description:
      'Words that a message has, in any order; "words in quotes" follow each other, `or` allows either, `-word` excludes one',
    examples: ['"release notes" -draft'],
  });

export const searchRequests = {
  search_messages: {
    access: 'read',
    args: z.strictObject({
      ...group,
      query: querySchema,
      before: seqSchema.optional().describe('Only messages below this seq: `next_before` of the page before'),
      limit: paged.limit,
    }),
    result: z.object({
      entries: z
        .array(historyEntrySchema)
        .describe('Messages that the reader may read and that the archive has, the newest first'),
      next_before: seqSchema.nullable().describe('`before` of the next page; null: no further page'),
    }),
  },
} as const;
