/** Defines the scripts for presence, typing and absence. */
import { userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, reply } from './define-script.ts';
import { groupArgs, groupKeys, stateKeys } from './group-header.ts';

const nothing = z.tuple([]);

export const changePresence = defineScript({
  file: 'change-presence',
  keys: ['group', 'members', 'on', 'held', 'holders', 'away'],
  args: ['groupId', 'nodeId', 'came', 'went', 'absenceMs', 'room', 'channel'],
  reply: reply('changed', nothing),
});

export const readPresence = defineScript({
  file: 'read-presence',
  keys: ['on'],
  args: ['limit'],
  reply: reply(
    'online',
    z.tuple([integerWord], userIdSchema).transform(([count, ...users]) => ({ count, users })),
  ),
});

export const publishTyping = defineScript({
  file: 'publish-typing',
  keys: ['group', 'members'],
  args: ['groupId', 'userId', 'room', 'channel'],
  reply: z.discriminatedUnion('type', [reply('published', nothing), reply('refused', refusalWords)]),
});

/** The group has ended: epoch and seq of its last entry, and the users whose invites have ended with it. */
const ended = reply(
  'ended',
  z
    .tuple([z.string(), integerWord])
    .rest(userIdSchema)
    .transform(([epoch, seq, ...uninvited]) => ({ epoch, seq, uninvited: uninvited.sort() })),
);

export const endAbsence = defineScript({
  file: 'end-absence',
  keys: [...groupKeys, 'groups', 'on', 'reads', 'away', ...stateKeys, 'links'],
  args: [...groupArgs, 'userId', 'absenceMs'],
  reply: z.discriminatedUnion('type', [ended, reply('left', nothing), reply('stayed', nothing)]),
});

export const endEmptyGroup = defineScript({
  file: 'end-empty-group',
  keys: [...groupKeys, 'groups', 'on', 'reads', ...stateKeys, 'links'],
  args: [...groupArgs, 'ttlMs'],
  reply: z.discriminatedUnion('type', [ended, reply('stays', nothing)]),
});
