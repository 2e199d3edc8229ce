import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, late, said } from './define-script.ts';

/** `<epoch> <seq> <recipients> <timestamp ms>` */
const appendAnswer = z
  .tuple([z.string().transform((text) => text.split(' '))])
  .transform(([words]) => words)
  .pipe(z.tuple([z.string(), integerWord, integerWord, integerWord]))
  .transform(([epoch, seq, recipientsCount, timestampMs]) => ({ epoch, seq, recipientsCount, timestampMs }));

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
    'wireHead',
  ],
  reply: z.discriminatedUnion('word', [
    said('appended', appendAnswer),
    said('duplicate', appendAnswer),
    said('refused', refusalWords),
    /** Mutes are due: `settle-group` first, then once more. */
    said('due', z.tuple([])),
    late,
  ]),
});
