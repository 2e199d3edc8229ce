import { z } from 'zod';
import { appendAnswer } from './append-message.ts';
import { refusalWords } from './changes.ts';
import { defineScript, late, said } from './define-script.ts';

export const admitMessage = defineScript({
  file: 'admit-message',
  keys: ['group', 'members', 'dedupe', 'bucket'],
  args: ['senderId', 'payloadHash', 'deadlineMs', 'isSettled', 'isRateLimited', 'ratePerSec', 'rateBurst'],
  reply: z.discriminatedUnion('word', [
    said('admitted', z.tuple([])),
    said('duplicate', appendAnswer),
    said('refused', refusalWords),
    said('due', z.tuple([])),
    late,
  ]),
});
