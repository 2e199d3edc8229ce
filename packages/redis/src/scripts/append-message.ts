/** One send as a script: what it is given, and how its answer is read. */
import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, late, said } from './define-script.ts';

/** `<epoch> <seq> <recipients> <timestamp ms>` */
export const appendAnswer = z
  .tuple([z.string().transform((text) => text.split(' '))])
  .transform(([words]) => words)
  .pipe(z.tuple([z.string(), integerWord, integerWord, integerWord]))
  .transform(([epoch, seq, recipientsCount, timestampMs]) => ({ epoch, seq, recipientsCount, timestampMs }));

const appendReply = z.discriminatedUnion('word', [
  said('appended', appendAnswer),
  said('duplicate', appendAnswer),
  said('refused', refusalWords),
  /** Mutes are due: `settle-group` first, then once more. */
  said('due', z.tuple([])),
  late,
]);
type AppendReply = z.infer<typeof appendReply>;

const answerText = /^([0-9a-f]{16}) (\d{1,16}) (\d{1,16}) (\d{1,16})$/;

/** The usual reply is read by hand: a schema costs more than the rest of a send on this side. All others go through it. */
function parseAppendReply(reply: unknown): AppendReply {
  if (typeof reply !== 'object' || reply === null) return appendReply.parse(reply);
  const [word, nowMs, details]: unknown[] = [
    Reflect.get(reply, 'word'),
    Reflect.get(reply, 'nowMs'),
    Reflect.get(reply, 'details'),
  ];
  const answer: unknown = Array.isArray(details) ? details[0] : undefined;
  const words = word === 'appended' && typeof answer === 'string' ? answerText.exec(answer) : null;
  if (words === null || typeof nowMs !== 'number') return appendReply.parse(reply);
  const [, epoch = '', seq, recipients, timestamp] = words;
  return {
    word: 'appended',
    nowMs,
    details: {
      epoch,
      seq: Number(seq),
      recipientsCount: Number(recipients),
      timestampMs: Number(timestamp),
    },
  };
}

export const appendMessage = defineScript({
  file: 'append-message',
  keys: ['group', 'members', 'log', 'dedupe', 'outbox', 'bucket', 'queued'],
  args: [
    'groupId',
    'senderId',
    'requestId',
    'payloadHash',
    'rememberMs',
    'deadlineMs',
    'epochOffer',
    'room',
    'channel',
    'historyMaxEntries',
    'historyMaxAgeMs',
    'isOutboxWritten',
    'isSettled',
    'roomQueueLimit',
    'ratePerSec',
    'rateBurst',
    'isRateLimited',
    'wireHead',
  ],
  reply: { parse: parseAppendReply },
});
