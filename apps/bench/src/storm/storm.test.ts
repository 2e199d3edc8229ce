import { expect, test } from 'vitest';
import { groupReadBy } from './resume-reads.ts';
import { layoutOf } from './storm.ts';

const shape = { nodes: 3, clients: 600, groups: 40, killedShare: 1 / 3, ratePerSec: 40 };

test('a third of each group is on the node that is killed, and none of those that send', () => {
  const { membersPerGroup, nodeOf, refugesOf } = layoutOf(shape);
  const members = Array.from({ length: membersPerGroup }, (_, member) => member);
  const killed = members.filter((member) => nodeOf?.(0, member) === 0);
  expect([membersPerGroup, killed]).toEqual([15, [1, 2, 3, 4, 5]]);
  expect(killed.map((member) => refugesOf?.(0, member))).toEqual(killed.map(() => [1, 2]));
  expect(refugesOf?.(0, 0)).toEqual([]);
});

test('a share of all leaves the one that sends', () => {
  const { nodeOf } = layoutOf({ ...shape, killedShare: 1 });
  expect([nodeOf?.(0, 0), nodeOf?.(1, 0), nodeOf?.(0, 14)]).toEqual([1, 2, 0]);
});

test.each([
  ['members', 'group members log present'],
  ['log', 'group log present reactors'],
])('a read of the %s counts for its group', (_, kinds) => {
  const keys = kinds.split(' ').map((kind) => `plenum:{p17}:${kind}:team:one`);
  expect(groupReadBy(['EVALSHA', 'f00', '4', ...keys, '128'])).toBe('team:one');
});

test.each([
  ['EVALSHA', 'f00', '3', 'plenum:{p17}:group:g', 'plenum:{p17}:log:g', 'plenum:{p17}:present:g'],
  ['HGETALL', 'plenum:{p17}:mine:u'],
  ['EVALSHA', 'f00', '1', 'plenum:meta'],
])('%s of other keys counts for none', (...command) => {
  expect(groupReadBy(command)).toBeNull();
});
