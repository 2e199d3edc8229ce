/** Defines the scripts that change and read one message, and those that remove its waiting copies. */
import type { MessageTarget } from '@plenum/core';
import { SERVICE, timestampSchema, type UserId, userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, late, reply } from './define-script.ts';
import { groupArgs, groupKeys, stateKeys } from './group-header.ts';
import { flagWord, headOf, headWords } from './reads.ts';

const messageKeys = [...groupKeys, 'dedupe', 'bucket', ...stateKeys] as const;

const messageArgs = [
  ...groupArgs,
  'actor',
  'requestId',
  'payloadHash',
  'rememberMs',
  'deadlineMs',
  'ratePerSec',
  'rateBurst',
  'queueLimit',
  'isTrial',
  'messageEpoch',
  'targetSeq',
] as const;

/** Parses `-`, or users that each follow a comma. */
const droppedWord = z
  .string()
  .transform((text) => (text === '-' ? [] : text.split(',').slice(1)))
  .pipe(z.array(userIdSchema));

/** Parses `<edits> <edited at, or 0> <dropped mentions> <count> <epoch> <seq>`, as the reply and the dedupe key hold it. */
const messageAnswer = z
  .tuple([z.string().transform((text) => text.split(' '))])
  .transform(([words]) => words)
  .pipe(z.tuple([integerWord, integerWord, droppedWord, integerWord, z.string(), integerWord]))
  .transform(([edits, atMs, mentionsDropped, count, epoch, seq]) => ({
    edits,
    /** Of an edit: when the text was last edited. Of a take-down: when the message was sent. 0: not known. */
    atMs,
    mentionsDropped,
    count,
    epoch,
    seq,
  }));

const messageReply = z.discriminatedUnion('type', [
  reply('done', messageAnswer),
  /** The message is in the wanted state already. */
  reply('unchanged', messageAnswer),
  reply('duplicate', messageAnswer),
  reply('refused', refusalWords),
  /** The reply of a trial that nothing refuses. */
  reply('admitted', z.tuple([])),
  /** The log has lost the message, and an archive may have it. True: there was such a message. */
  reply(
    'below_log',
    z.tuple([flagWord]).transform(([isCertain]) => ({ isCertain })),
  ),
  late,
]);
export type MessageReply = z.infer<typeof messageReply>;

/** The dedupe keys of the requests besides the first one whose texts one script appends. */
export const otherDedupes = [
  'dedupe2',
  'dedupe3',
  'dedupe4',
  'dedupe5',
  'dedupe6',
  'dedupe7',
  'dedupe8',
  'dedupe9',
  'dedupe10',
  'dedupe11',
  'dedupe12',
] as const;

const defineMessageChange = <const K extends string, const A extends string>(
  file: string,
  args: readonly A[],
  keys: readonly K[],
) =>
  defineScript({
    file,
    keys: [...messageKeys, ...keys],
    args: [...messageArgs, ...args],
    reply: messageReply,
  });

export const editMessage = defineMessageChange(
  'edit-message',
  ['text', 'metadata', 'mentions', 'editWindowMs', 'archived'],
  ['tombstones'],
);
export const appendText = defineMessageChange(
  'append-text',
  ['text', 'textBytes', 'isDone', 'bytesMax', 'idleMs', 'otherHashes'],
  ['timed', ...otherDedupes],
);
export const takeDownMessage = defineMessageChange(
  'take-down-message',
  ['reason', 'namedMs', 'isExpired', 'archived'],
  ['takenDown', 'tombstones'],
);
export const changeReaction = defineMessageChange(
  'change-reaction',
  ['isPut', 'reaction', 'reactionKey', 'reactionsMax', 'ownReactionsMax'],
  [],
);
export const changePin = defineMessageChange('change-pin', ['isPinned', 'pinsMax'], []);

const reactionRows = z.array(z.string()).transform((words, context) => {
  const count = Number(words[0]);
  const reactions = words.slice(1, 1 + count);
  const rows: { place: string; reaction: string; userId: UserId }[] = [];
  for (let at = 1 + count; at + 1 < words.length; at += 2) {
    const place = words[at] ?? '';
    const shown = reactions[Number(place)];
    const userId = userIdSchema.safeParse(words[at + 1]);
    if (shown === undefined || !userId.success) {
      context.addIssue({ code: 'custom', message: 'a reaction is malformed' });
      return z.NEVER;
    }
    rows.push({ place, reaction: z.string().parse(JSON.parse(shown)), userId: userId.data });
  }
  return rows;
});

export const readReactions = defineScript({
  file: 'read-reactions',
  keys: ['log', 'present', 'reactors'],
  args: ['messageEpoch', 'targetSeq', 'reactionKey', 'after', 'limit'],
  reply: z.discriminatedUnion('type', [reply('none', z.tuple([])), reply('found', reactionRows)]),
});

/** Parses `<epoch>-<seq>,<actor>,<ms>`. */
const pinWord = z
  .string()
  .transform((word) => /^(\w+)-(\d+),([^,]+),(\d+)$/.exec(word)?.slice(1))
  .pipe(z.tuple([z.string(), integerWord, z.union([z.literal(SERVICE), userIdSchema]), integerWord]))
  .transform(([epoch, seq, pinnedBy, pinnedAtMs]) => ({ epoch, seq, pinnedBy, pinnedAtMs }));

export const readPins = defineScript({
  file: 'read-pins',
  keys: ['group', 'log'],
  args: [],
  reply: reply('found', z.array(pinWord)),
});

const tombstoneFields = z.object({
  deleted_by: z.union([z.literal(SERVICE), userIdSchema]),
  deleted_at: timestampSchema,
  reason: z.string().exactOptional(),
});

/** Parses `<epoch> <seq> <JSON>` of a take-down. */
const tombstoneText = z
  .string()
  .transform((text) => /^\S+ (\d+) (.*)$/s.exec(text)?.slice(1))
  .pipe(z.tuple([integerWord, z.string()]))
  .transform(([stateSeq, json]) => ({ stateSeq, ...tombstoneFields.parse(JSON.parse(json)) }));
/** What is known of a message: its take-down, or its record and which reactions are by the reading user. */
export type KnownWords = { readonly id: string } & (
  | { readonly kind: 't'; readonly tombstone: z.infer<typeof tombstoneText> }
  | { readonly kind: 'c'; readonly record: string; readonly own: string }
);

const knownWords = z.array(z.string()).transform((words) => {
  const found: KnownWords[] = [];
  for (let at = 0; at + 3 < words.length; at += 4) {
    const [id = '', kind, text = '', own = ''] = words.slice(at, at + 4);
    if (kind === 't') found.push({ id, kind, tombstone: tombstoneText.parse(text) });
    if (kind === 'c') found.push({ id, kind, record: text, own });
  }
  return found;
});

export const readStates = defineScript({
  file: 'read-states',
  keys: ['present', 'reactors', 'tombstones'],
  args: ['userId', 'messageIds'],
  reply: reply('found', knownWords),
});

export const readLost = defineScript({
  file: 'read-lost',
  keys: ['group', 'log', 'present', 'outbox', 'cursors', 'retriesByGroup', 'deadLettersByGroup'],
  args: ['groupId', 'targetSeq', 'limit'],
  reply: z.discriminatedUnion('type', [
    reply('none', z.tuple([])),
    reply(
      'found',
      z
        .tuple([flagWord, integerWord, ...headWords])
        .transform(([isArchived, throughSeq, ...head]) => ({ isArchived, throughSeq, head: headOf(head) })),
    ),
  ]),
});

export const settleTimed = defineScript({
  file: 'settle-timed',
  keys: ['timed', 'due'],
  args: ['groupId', 'messages', 'seen'],
  reply: reply('settled', z.tuple([])),
});

export const scrubOutbox = defineScript({
  file: 'scrub-outbox',
  keys: ['outbox', 'cursors', 'queued'],
  args: ['groupId', 'messageId', 'fromId', 'limit'],
  reply: reply(
    'scrubbed',
    z.tuple([integerWord, z.string()]).transform(([removed, next]) => ({ removed, next })),
  ),
});

export const findWaiting = defineScript({
  file: 'find-waiting',
  keys: ['outbox', 'retrying', 'deadLetters', 'deadLettersByGroup'],
  args: ['groupId', 'messageId', 'fromId', 'afterLetter', 'limit'],
  reply: reply(
    'found',
    z
      .tuple([z.string(), z.string(), z.string()])
      .transform(([wire, nextId, nextLetter]) => ({ wire, nextId, nextLetter })),
  ),
});

export const scrubLetters = defineScript({
  file: 'scrub-letters',
  keys: ['retries', 'retrying', 'retriesByGroup', 'deadLetters', 'deadLettersByGroup', 'queued', 'cursors'],
  args: ['kind', 'groupId', 'messageId', 'afterRetry', 'afterLetter', 'limit'],
  reply: reply(
    'scrubbed',
    z
      .tuple([integerWord, z.string(), z.string()])
      .transform(([removed, nextRetry, nextLetter]) => ({ removed, nextRetry, nextLetter })),
  ),
});

/** The seq after which the next part of the log begins, null after the last part; and the epoch and seq of each message. */
const writtenWords = z
  .tuple([z.union([z.literal('').transform(() => null), integerWord])])
  .rest(z.string())
  .transform(([nextSeq, ...words]) => {
    const targets: MessageTarget[] = [];
    for (let at = 0; at + 1 < words.length; at += 2) {
      targets.push({ epoch: words[at] ?? '', seq: Number(words[at + 1]) });
    }
    return { nextSeq, targets };
  });

export const findWritten = defineScript({
  file: 'find-written',
  keys: ['group', 'log', 'present'],
  args: ['groupId', 'userId', 'afterSeq', 'limit'],
  reply: reply('found', writtenWords),
});
