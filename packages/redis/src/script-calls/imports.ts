/** Defines the script of an import. */
import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, late, reply } from './define-script.ts';

export const importMessages = defineScript({
  file: 'import-messages',
  keys: ['group', 'log', 'outbox', 'queued'],
  args: [
    'groupId',
    'epochOffer',
    'historyMaxEntries',
    'historyMaxAgeMs',
    'isOutboxWritten',
    'queueLimit',
    'deadlineMs',
    'importId',
    'position',
    'wires',
    'isQuestion',
  ],
  reply: z.discriminatedUnion('type', [
    reply(
      'imported',
      z.tuple([z.union([z.literal('').transform(() => null), integerWord]), z.string(), integerWord]),
    ),
    reply('refused', refusalWords),
    late,
  ]),
});
