/** No cell of the grids is lost: every standing is tried in every operation of its group type. */
import { rules } from '@plenum/core';
import type { GroupType } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { type Cell, cells } from './cells.ts';

const common = ['outsider', 'active', 'moderator', 'admin', 'last_admin', 'banned', 'invited'];
/** Applicants there are where one is asked to come in, muted members where one may mute. */
const standingsIn: Readonly<Record<GroupType, readonly string[]>> = {
  public: common,
  private: [...common, 'pending'],
  strict_private: [...common, 'pending', 'muted'],
};
/** What the service does to a user. */
const ofService = ['admit', 'add', 'remove'];
/** A mute with an end is there where a mute is; in other groups it is refused as the mute is. */
const ofStrictGroups = ['mute_member:timed'];

const isExplain = (operation: string) => operation.startsWith('explain:');
const isTargeted = (operation: string) =>
  operation.endsWith('_member') || /^(promote|mute)_member:|^revoke_invite$|^transfer_group$/.test(operation);
/** To the others an invited user is an outsider, and is tried where it matters. */
const knowsInvites = (operation: string) =>
  ['invite_member', 'revoke_invite', 'transfer_group'].includes(operation);

const operations = [...new Set(cells.map(({ operation }) => operation))];
const inTypes = Object.entries(standingsIn).flatMap(([groupType, standings]) =>
  operations
    .filter((operation) => groupType === 'strict_private' || !ofStrictGroups.includes(operation))
    .map((operation) => ({ operation, groupType, standings })),
);
const pairOf = ({ actor, target }: Pick<Cell, 'actor' | 'target'>) => `${actor} ${target}`;

/** Whom an operation is tried with. A group whose last admin is one of the two has no other admin. */
function pairsOf(operation: string, standings: readonly string[]): string[] {
  if (isExplain(operation)) return standings.flatMap((one) => [`${one} null`, `service ${one}`]);
  if (ofService.includes(operation)) return standings.map((one) => `service ${one}`);
  if (!isTargeted(operation)) return standings.map((one) => `${one} null`);
  const users = standings.filter((one) => one !== 'invited' || knowsInvites(operation));
  const isPossible = (actor: string, target: string) =>
    ![actor, target].includes('last_admin') ||
    !['admin', 'last_admin'].includes(target) ||
    !/admin$/.test(actor);
  const actors = operation === 'transfer_group' ? users : [...users, 'service'];
  return actors.flatMap((actor) =>
    [...users, 'self']
      .filter((target) => isPossible(actor, target) && !(actor === 'service' && target === 'self'))
      .map((target) => `${actor} ${target}`),
  );
}

test.each(inTypes)('$operation in a $groupType group has all its cells', ({ operation, ...one }) => {
  const here = cells.filter((cell) => cell.operation === operation && cell.groupType === one.groupType);
  const pairs = here.map(pairOf);
  expect(pairs).toEqual(expect.arrayContaining(pairsOf(operation, one.standings)));
  expect(new Set(pairs).size).toBe(pairs.length);
});

test('every rule of the product is explained, but that of a new group', () => {
  const explained = operations.filter(isExplain).map((operation) => operation.replace('explain:', ''));
  expect([...explained, 'create'].toSorted()).toEqual(Object.keys(rules).toSorted());
});
