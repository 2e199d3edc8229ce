/** Defines the scripts for leases of partitions, for nodes and for revoked users. */

import { z } from 'zod';
import { defineScript, integerWord, reply } from './define-script.ts';

const nothing = z.tuple([]);

export const acquireLease = defineScript({
  file: 'acquire-lease',
  keys: ['lease', 'lastToken'],
  args: ['nodeId', 'ttlMs'],
  reply: z.discriminatedUnion('type', [
    reply('granted', z.tuple([integerWord])),
    /** Another node holds the lease. */
    reply('held', nothing),
  ]),
});

export const renewLease = defineScript({
  file: 'renew-lease',
  keys: ['lease'],
  args: ['nodeId', 'token', 'ttlMs'],
  reply: z.discriminatedUnion('type', [reply('renewed', nothing), reply('stale', nothing)]),
});

export const releaseLease = defineScript({
  file: 'release-lease',
  keys: ['lease'],
  args: ['nodeId', 'token'],
  reply: z.discriminatedUnion('type', [reply('released', nothing), reply('stale', nothing)]),
});

const isDrainAsked = z.tuple([z.enum(['0', '1']).transform((digit) => digit === '1')]);

export const beatNode = defineScript({
  file: 'beat-node',
  keys: ['nodes'],
  args: ['nodeId', 'card'],
  reply: z.discriminatedUnion('type', [reply('counted', isDrainAsked), reply('registered', isDrainAsked)]),
});

export const askDrain = defineScript({
  file: 'ask-drain',
  keys: ['nodes'],
  args: ['nodeId'],
  reply: z.discriminatedUnion('type', [reply('asked', nothing), reply('gone', nothing)]),
});

export const removeNode = defineScript({
  file: 'remove-node',
  keys: ['nodes'],
  args: ['nodeId', 'beat'],
  reply: z.discriminatedUnion('type', [reply('removed', nothing), reply('kept', nothing)]),
});

export const beginErasure = defineScript({
  file: 'begin-erasure',
  keys: ['erasure', 'due'],
  args: ['userId', 'withMessages'],
  /** When it began, ms; how many groups the user has left; and its messages, archive and place, '' without messages. */
  reply: reply('running', z.tuple([integerWord, integerWord, z.string(), z.string(), z.string()])),
});

export const noteErasure = defineScript({
  file: 'note-erasure',
  keys: ['erasure'],
  args: ['started', 'done', 'archive', 'place'],
  reply: z.discriminatedUnion('type', [reply('noted', nothing), reply('kept', nothing)]),
});

export const finishErasure = defineScript({
  file: 'finish-erasure',
  keys: ['erasure', 'due'],
  args: ['userId', 'started', 'againMs', 'keptMs', 'withMessages'],
  reply: z.discriminatedUnion('type', [reply('finished', nothing), reply('kept', nothing)]),
});

export const reserveCanary = defineScript({
  file: 'reserve-canary',
  keys: ['canaries'],
  args: ['groupId', 'canariesMax', 'lifeMs'],
  reply: z.discriminatedUnion('type', [
    /** When the time of the group ends, ms. */
    reply('reserved', z.tuple([integerWord])),
    /** After how many ms a place is free. */
    reply('full', z.tuple([integerWord])),
  ]),
});

export const revokeUser = defineScript({
  file: 'revoke-user',
  keys: ['revoked'],
  args: ['keptMs'],
  reply: reply('revoked', z.tuple([integerWord])),
});
