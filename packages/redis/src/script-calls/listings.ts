/** Defines the scripts that read what a group keeps of users that are no members: bans and invites. */
import { z } from 'zod';
import { defineScript, reply } from './define-script.ts';

const none = reply('none', z.array(z.unknown()));

/** Parses a flat list of words as rows of `size` words. */
const rowsOf = (size: number) =>
  z
    .array(z.string())
    .transform((words) =>
      Array.from({ length: words.length / size }, (_, row) => words.slice(row * size, (row + 1) * size)),
    );

export const readBans = defineScript({
  file: 'read-bans',
  keys: ['group', 'members', 'bans', 'applications'],
  args: ['afterEnd', 'afterUser', 'limit'],
  reply: z.discriminatedUnion('type', [none, reply('found', rowsOf(3))]),
});

export const readInvites = defineScript({
  file: 'read-invites',
  keys: ['group', 'invites'],
  args: [],
  reply: z.discriminatedUnion('type', [none, reply('found', rowsOf(2))]),
});
