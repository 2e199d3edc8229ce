import { crc16 } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Keys } from './keys.ts';

const keys = new Keys('plenum');
const group = (id: string) => groupIdSchema.parse(id);
const user = (id: string) => userIdSchema.parse(id);
const id = fc.stringMatching(/^[A-Za-z0-9_:@|+~=-]{1,20}$/);

const slotOf = (name: string) => crc16(name.slice(name.indexOf('{') + 1, name.indexOf('}'))) % 16_384;

test('all keys of a group and its channel share one slot', () => {
  fc.assert(
    fc.property(id, (name) => {
      const groupId = group(name);
      const names = [
        keys.group(groupId),
        keys.members(groupId),
        keys.receivers(groupId),
        keys.pending(groupId),
        keys.mutes(groupId),
        keys.log(groupId),
        keys.groups(groupId),
        keys.outbox(groupId),
        keys.queued(groupId),
        keys.dedupe(groupId, 'u', 'r'),
        keys.bucket(groupId, user('u')),
        keys.groupChannel(groupId),
      ];
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(names.map(slotOf)).size).toBe(1);
    }),
  );
});

test('ids that only look alike when joined have different digests', () => {
  const dedupe = (groupId: string, actor: string, requestId: string) =>
    keys.dedupe(group(groupId), actor, requestId).replace(/^.*:/, '');
  expect(dedupe('a', 'b:c', 'd')).not.toBe(dedupe('a', 'b', 'c:d'));
  expect(dedupe('a', 'b1:', 'c')).not.toBe(dedupe('a', 'b', '1:c'));
  expect(dedupe('a', 'b', 'c')).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

test('a channel is that of the Socket.IO room', () => {
  expect(keys.groupChannel(group('g'))).toMatch(/^plenum#\/#\{p\d+\}:g#$/);
  expect(keys.userChannel(user('u'))).toMatch(/^plenum#\/#\{p\d+\}:\$user:u#$/);
});
