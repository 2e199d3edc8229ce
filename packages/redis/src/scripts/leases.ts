import { z } from 'zod';
import { defineScript, integerWord, said } from './define-script.ts';

const nothing = z.tuple([]);

export const acquireLease = defineScript({
  file: 'acquire-lease',
  keys: ['lease', 'lastToken'],
  args: ['nodeId', 'ttlMs'],
  reply: z.discriminatedUnion('word', [
    said('granted', z.tuple([integerWord])),
    /** By another node. */
    said('held', nothing),
  ]),
});

export const renewLease = defineScript({
  file: 'renew-lease',
  keys: ['lease'],
  args: ['nodeId', 'token', 'ttlMs'],
  reply: z.discriminatedUnion('word', [said('renewed', nothing), said('stale', nothing)]),
});

export const releaseLease = defineScript({
  file: 'release-lease',
  keys: ['lease'],
  args: ['nodeId', 'token'],
  reply: z.discriminatedUnion('word', [said('released', nothing), said('stale', nothing)]),
});
