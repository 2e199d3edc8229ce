import { z } from 'zod';
import { defineScript, said } from './define-script.ts';

const nothing = z.tuple([]);

export const settleGroup = defineScript({
  file: 'settle-group',
  keys: ['group', 'members', 'receivers', 'pending', 'mutes', 'log', 'outbox', 'due'],
  args: [
    'groupId',
    'epochOffer',
    'room',
    'channel',
    'historyMaxEntries',
    'historyMaxAgeMs',
    'isOutboxWritten',
    'userId',
  ],
  reply: z.discriminatedUnion('word', [said('settled', nothing), said('gone', nothing)]),
});
