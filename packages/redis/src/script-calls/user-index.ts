import { z } from 'zod';
import { defineScript, integerWord, reply } from './define-script.ts';

export const chargeMembership = defineScript({
  file: 'charge-membership',
  keys: ['index', 'bucket'],
  args: ['groupId', 'nonce', 'ratePerSec', 'rateBurst'],
  reply: z.discriminatedUnion('type', [
    reply('charged', z.tuple([])),
    /** The ms until there is a token. */
    reply('refused', z.tuple([integerWord])),
  ]),
});

export const forgetMembership = defineScript({
  file: 'forget-membership',
  keys: ['index'],
  args: ['groupId', 'entry'],
  reply: z.discriminatedUnion('type', [reply('kept', z.tuple([])), reply('forgotten', z.tuple([]))]),
});

export const reservePlace = defineScript({
  file: 'reserve-place',
  keys: ['places'],
  args: ['groupId', 'nonce', 'max'],
  reply: z.discriminatedUnion('type', [
    /** The new entry, and the entry that it replaced, which is empty if there was none. */
    reply('reserved', z.tuple([z.string(), z.string()])),
    reply('full', z.tuple([])),
  ]),
});

export const restorePlace = defineScript({
  file: 'restore-place',
  keys: ['places'],
  args: ['groupId', 'entry', 'before'],
  reply: z.discriminatedUnion('type', [reply('kept', z.tuple([])), reply('restored', z.tuple([]))]),
});
