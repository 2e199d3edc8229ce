import { z } from 'zod';
import { defineScript, integerWord, said } from './define-script.ts';

export const chargeMembership = defineScript({
  file: 'charge-membership',
  keys: ['index', 'bucket'],
  args: ['groupId', 'nonce', 'ratePerSec', 'rateBurst'],
  reply: z.discriminatedUnion('word', [
    said('charged', z.tuple([])),
    /** Ms until there is a token. */
    said('refused', z.tuple([integerWord])),
  ]),
});

export const forgetMembership = defineScript({
  file: 'forget-membership',
  keys: ['index'],
  args: ['groupId', 'entry'],
  reply: z.discriminatedUnion('word', [said('kept', z.tuple([])), said('forgotten', z.tuple([]))]),
});

export const reserveHolding = defineScript({
  file: 'reserve-holding',
  keys: ['holding'],
  args: ['groupId', 'nonce', 'max'],
  reply: z.discriminatedUnion('word', [
    /** The new entry, and what stood there before it; empty: nothing. */
    said('reserved', z.tuple([z.string(), z.string()])),
    said('full', z.tuple([])),
  ]),
});

export const restoreHolding = defineScript({
  file: 'restore-holding',
  keys: ['holding'],
  args: ['groupId', 'entry', 'before'],
  reply: z.discriminatedUnion('word', [said('kept', z.tuple([])), said('restored', z.tuple([]))]),
});
