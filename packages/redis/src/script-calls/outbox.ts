/** Defines the scripts for the outbox of a partition. All keys of a call are in one slot. */
import { z } from 'zod';
import { defineScript, integerWord, reply } from './define-script.ts';

const nothing = z.tuple([]);

export const openOutbox = defineScript({
  file: 'open-outbox',
  keys: [
    'lease',
    'outbox',
    'cursors',
    'queued',
    'archiveRetries',
    'archiveRetrying',
    'notifierRetries',
    'notifierRetrying',
    'archiveRetriesByGroup',
    'notifierRetriesByGroup',
    'archiveDeadLetters',
  ],
  args: ['nodeId', 'token', 'kinds'],
  reply: z.discriminatedUnion('type', [reply('opened', nothing), reply('not_owner', nothing)]),
});

const headWords = z.tuple([
  z.string(),
  z.string(),
  integerWord,
  z.union([z.literal('').transform(() => null), integerWord]),
  integerWord,
  integerWord,
]);
const HEAD_LENGTH = 6;
const ENTRY_LENGTH = 5;

export interface StoredEntry {
  readonly offset: string;
  readonly groupId: string;
  readonly kind: string;
  readonly wire: string;
  /** Number of waiting retries of the entry's group. */
  readonly retryingOfGroup: number;
}

const readDetails = z.array(z.string()).transform((words, context) => {
  const head = headWords.safeParse(words.slice(0, HEAD_LENGTH));
  if (!head.success) {
    context.addIssue({ code: 'custom', message: 'the head of an outbox is malformed' });
    return z.NEVER;
  }
  const [cursor, page, waiting, nextRetryMs, retrying, count] = head.data;
  const retriesAt = HEAD_LENGTH + count * ENTRY_LENGTH;
  const entries: StoredEntry[] = [];
  for (let at = HEAD_LENGTH; at < retriesAt; at += ENTRY_LENGTH) {
    const [offset = '', groupId = '', kind = '', wire = '', ofGroup] = words.slice(at, at + ENTRY_LENGTH);
    entries.push({ offset, groupId, kind, wire, retryingOfGroup: Number(ofGroup) });
  }
  const retries: { messageId: string; record: string }[] = [];
  for (let at = retriesAt; at + 1 < words.length; at += 2) {
    retries.push({ messageId: words[at] ?? '', record: words[at + 1] ?? '' });
  }
  return { cursor, page, waiting, nextRetryMs, retrying, entries, retries };
});

export const readOutbox = defineScript({
  file: 'read-outbox',
  keys: ['outbox', 'cursors', 'retries', 'retrying', 'retriesByGroup'],
  args: ['kind', 'limit'],
  reply: z.discriminatedUnion('type', [reply('unopened', nothing), reply('found', readDetails)]),
});

export const commitDelivery = defineScript({
  file: 'commit-delivery',
  keys: [
    'lease',
    'outbox',
    'cursors',
    'queued',
    'retries',
    'retrying',
    'deadLetters',
    'retriesByGroup',
    'deadLettersByGroup',
    'takenDown',
    'tombstones',
  ],
  args: [
    'nodeId',
    'token',
    'kind',
    'expectedCursor',
    'cursor',
    'page',
    'passed',
    'refused',
    'taken',
    'deadLettersKept',
    'namedMs',
  ],
  reply: z.discriminatedUnion('type', [
    /** The number of dropped dead letters. */
    reply('committed', z.tuple([integerWord])),
    reply('not_owner', nothing),
    /** The cursor has moved since it was read. */
    reply('moved', nothing),
  ]),
});

export const deleteDeadLetter = defineScript({
  file: 'delete-dead-letter',
  keys: ['deadLetters', 'queued', 'cursors', 'deadLettersByGroup'],
  args: ['kind', 'place'],
  reply: z.discriminatedUnion('type', [reply('deleted', nothing), reply('gone', nothing)]),
});

export const retryDeadLetter = defineScript({
  file: 'retry-dead-letter',
  keys: [
    'deadLetters',
    'retries',
    'retrying',
    'cursors',
    'queued',
    'retriesByGroup',
    'deadLettersByGroup',
    'takenDown',
  ],
  args: ['kind', 'place'],
  reply: z.discriminatedUnion('type', [
    reply('retried', nothing),
    reply('gone', nothing),
    /** The kind has no cursor: the cluster has no such adapter. */
    reply('unopened', nothing),
  ]),
});
