import { type GroupId, groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { HandClock } from '../../test/hand-clock.ts';
import { Findings } from '../housekeeping/findings.ts';
import type { NodeBeat } from '../ports/leases.ts';
import type { PresenceChange } from '../ports/presence.ts';
import { presenceWork } from './presence-cleanup.ts';

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const groupId: GroupId = groupIdSchema.parse('room');
const userId = userIdSchema.parse('ada');
const alive: NodeBeat = {
  nodeId: 'alive',
  beat: 1,
  url: null,
  version: '1',
  strategy: 'owner',
  isDraining: false,
};

/** The owner of partition 7, whose renewals find these hosting nodes. */
function owner(hostingNodes: readonly string[]) {
  const clock = new HandClock();
  const findings = new Findings(clock);
  const removed: PresenceChange[] = [];
  const reads = { registry: 0, holders: 0 };
  const presence = {
    change: async (change: PresenceChange) => void removed.push(change),
    online: async () => ({ users: [], count: 0 }),
    onlineAmong: async () => new Set<never>(),
    typing: async () => null,
    countHosted: async () => new Map<number, number>(),
    hosted: async () => [{ groupId, userId }],
    hostingNodes: async () => {
      reads.holders += 1;
      return hostingNodes;
    },
    endAbsences: async () => [],
  };
  const nodes = {
    nodes: async () => {
      reads.registry += 1;
      return [alive];
    },
  };
  const work = presenceWork({ presence, nodes, findings, clock, logger });
  void work.run({ partition: 7, nodeId: 'alive', token: 1 }, new AbortController().signal);
  work.start();
  const second = async (isFound: boolean) => {
    if (isFound) findings.note(7, { isMuteDue: false, isAbsenceDue: false, hostingNodes });
    clock.move(1000);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { removed, reads, second };
}

test('the users of a node that is missing in two rounds are removed, those of a live node stay', async () => {
  const { removed, reads, second } = owner(['alive', 'dead']);
  await second(true);
  expect(removed).toEqual([]);
  await second(true);
  expect(removed).toEqual([{ groupId, nodeId: 'dead', came: [], went: [userId] }]);
  expect(reads.holders).toBe(0);
});

test('while no node hosts users nothing is read', async () => {
  const { reads, second } = owner([]);
  for (let round = 0; round < 10; round += 1) await second(true);
  expect(reads).toEqual({ registry: 0, holders: 0 });
});

test('a partition of which no renewal reports is read by the work itself', async () => {
  const { removed, second } = owner(['dead']);
  for (let round = 0; round < 4; round += 1) await second(false);
  expect(removed).toEqual([{ groupId, nodeId: 'dead', came: [], went: [userId] }]);
});
