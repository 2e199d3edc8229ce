import { crc16, numberedTags, partitionOf } from '@plenum/core';
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
        keys.applications(groupId),
        keys.invites(groupId),
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

/** Ids that look alike when they are joined, and names that the keys themselves are made of. */
const lookAlike = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a:b',
    'b:c',
    'a:b:c',
    ':',
    '::',
    '1:a',
    '3:a:b',
    'group',
    'group:a',
    'members:a',
  ),
  fc.constantFrom('user:a', 'moves:a', 'mine:a', 'log', 'meta', 'p1', '__proto__', '...', '@'.repeat(128)),
  fc.stringMatching(/^[A-Za-z0-9_:@|+~=-][A-Za-z0-9_.:@|+~=-]{0,127}$/),
);
/** One text, taken apart in different places: pairs that are the same when they are joined, with a colon or without. */
const halves = fc
  .record({ at: fc.integer({ min: 1, max: 6 }), isColonLost: fc.boolean() })
  .map(({ at, isColonLost }): [string, string] => {
    const text = 'a:b:c:a:b';
    return [text.slice(0, at), text.slice(isColonLost && text[at] === ':' ? at + 1 : at)];
  });
const pair = fc.oneof(halves, fc.tuple(fc.oneof(fc.constant('$service'), lookAlike), lookAlike));
const owners = fc
  .record({
    prefix: fc.oneof(fc.constantFrom('plenum', 'p', 'p-1'), fc.stringMatching(/^[a-z0-9_-]{1,32}$/)),
    groupId: fc.oneof(fc.constantFrom('a', 'a:b'), lookAlike).map(group),
    userId: lookAlike.map(user),
    pair,
  })
  .map(({ pair: [actor, requestId], ...ids }) => ({ ...ids, actor, requestId }));
type Owners = typeof owners extends fc.Arbitrary<infer O> ? O : never;

/** Every name with its kind and the ids to which alone it belongs. */
function namesOf({ prefix, groupId, userId, actor, requestId }: Owners): [string, ...string[]][] {
  const of = new Keys(prefix);
  const tag = numberedTags.tagOf(groupId);
  return [
    [of.meta(), 'meta'],
    [of.group(groupId), 'group', groupId],
    [of.members(groupId), 'members', groupId],
    [of.receivers(groupId), 'receivers', groupId],
    [of.pending(groupId), 'pending', groupId],
    [of.mutes(groupId), 'mutes', groupId],
    [of.log(groupId), 'log', groupId],
    [of.dedupe(groupId, actor, requestId), 'dedupe', groupId, actor, requestId],
    [of.bucket(groupId, userId), 'bucket', groupId, userId],
    [of.outbox(groupId), 'outbox', tag],
    [of.queued(groupId), 'queued', tag],
    [of.due(groupId), 'due', tag],
    [of.groups(groupId), 'groups', tag],
    [of.dueIn(partitionOf(groupId)), 'due', tag],
    [of.groupsIn(partitionOf(groupId)), 'groups', tag],
    [of.lease(partitionOf(groupId)), 'lease', tag],
    [of.lastToken(partitionOf(groupId)), 'last token', tag],
    [of.cursors(partitionOf(groupId)), 'cursors', tag],
    ...(['archive', 'notifier'] as const).flatMap((kind) => [
      [of.retries(partitionOf(groupId), kind), 'retries', tag, kind],
      [of.retrying(partitionOf(groupId), kind), 'retrying', tag, kind],
      [of.deadLetters(partitionOf(groupId), kind), 'dead letters', tag, kind],
      [of.retriesByGroup(partitionOf(groupId), kind), 'retries by group', tag, kind],
      [of.deadLettersByGroup(partitionOf(groupId), kind), 'dead letters by group', tag, kind],
    ]),
    [of.nodes(), 'nodes'],
    [of.nodeChannel(requestId), 'node channel', requestId],
    [of.mine(userId), 'mine', userId],
    [of.membershipBucket(userId), 'membership bucket', userId],
    [of.places('created', userId), 'created', userId],
    [of.places('requested', userId), 'requested', userId],
    [of.groupChannel(groupId), 'group channel', groupId],
    [of.userChannel(userId), 'user channel', userId],
  ].map(([name = '', ...belongsTo]) => [name, prefix, ...belongsTo]);
}

test('no two different lists of ids, kinds or prefixes share a key or a channel', () => {
  fc.assert(
    fc.property(fc.array(owners, { minLength: 2, maxLength: 8 }), (some) => {
      const seen = new Map<string, string>();
      const shared: string[] = [];
      for (const [name, ...belongsTo] of some.flatMap(namesOf)) {
        const owner = JSON.stringify(belongsTo);
        if ((seen.get(name) ?? owner) !== owner) shared.push(name);
        seen.set(name, owner);
      }
      expect(shared).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
