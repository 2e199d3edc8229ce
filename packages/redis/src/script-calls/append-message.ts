/** Defines the scripts of a send: append-message and admit-message. */

import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, late, reply } from './define-script.ts';

/** `<epoch> <seq> <recipients> <timestamp ms>` */
const appendAnswer = z
  .tuple([z.string().transform((text) => text.split(' '))])
  .transform(([words]) => words)
  .pipe(z.tuple([z.string(), integerWord, integerWord, integerWord]))
  .transform(([epoch, seq, recipientsCount, timestampMs]) => ({ epoch, seq, recipientsCount, timestampMs }));

const appendReply = z.discriminatedUnion('type', [
  reply('appended', appendAnswer),
  reply('duplicate', appendAnswer),
  reply('refused', refusalWords),
  /** Mutes or bans are due: the caller runs `end-due-mutes` and then this script again. */
  reply('due', z.tuple([])),
  late,
]);
export type AppendReply = z.infer<typeof appendReply>;

const answerText = /^([0-9a-f]{16}) (\d{1,16}) (\d{1,16}) (\d{1,16})$/;

/**
 * Parses the usual reply by hand, because a schema costs more CPU than the rest of a send on this node. Returns null
 * for any other reply.
 */
function parseAppended(raw: unknown): AppendReply | null {
  if (!Array.isArray(raw) || raw[0] !== 'appended') return null;
  const [, now, answer]: unknown[] = raw;
  const words = typeof answer === 'string' ? answerText.exec(answer) : null;
  if (words === null) return null;
  const [, epoch = '', seq, recipients, timestamp] = words;
  return {
    type: 'appended',
    nowMs: Number(now),
    details: {
      epoch,
      seq: Number(seq),
      recipientsCount: Number(recipients),
      timestampMs: Number(timestamp),
    },
  };
}

/** Keys and arguments in the order of the script: first those of the group, which are cached, then those of the message. */
const groupKeys = ['group', 'members', 'log', 'outbox', 'queued', 'reads'] as const;
const messageKeys = ['bucket', 'dedupe'] as const;
const groupArgs = [
  'groupId',
  'room',
  'channel',
  'historyMaxEntries',
  'historyMaxAgeMs',
  'isOutboxWritten',
  'roomQueueLimit',
  'ratePerSec',
  'rateBurst',
] as const;
const messageArgs = [
  'senderId',
  'requestId',
  'payloadHash',
  'rememberMs',
  'epochOffer',
  'deadlineMs',
  'areMutesEnded',
  'isRateLimited',
  'wireHead',
] as const;

const defined = defineScript({
  file: 'append-message',
  keys: [...groupKeys, ...messageKeys],
  args: [...groupArgs, ...messageArgs],
  reply: appendReply,
});

export const appendMessage: typeof defined = {
  ...defined,
  parse: (raw) => parseAppended(raw) ?? defined.parse(raw),
};

const keyCount = groupKeys.length + messageKeys.length;
export const appendedWith = {
  groupKeys,
  groupArgs,
  messageArgs,
  keyCount,
  count: keyCount + groupArgs.length + messageArgs.length,
};

export const admitMessage = defineScript({
  file: 'admit-message',
  keys: ['group', 'members', 'dedupe', 'bucket'],
  args: [
    'senderId',
    'payloadHash',
    'deadlineMs',
    'areMutesEnded',
    'isRateLimited',
    'ratePerSec',
    'rateBurst',
  ],
  reply: z.discriminatedUnion('type', [
    reply('admitted', z.tuple([])),
    reply('duplicate', appendAnswer),
    reply('refused', refusalWords),
    reply('due', z.tuple([])),
    late,
  ]),
});
