import { describe, expect, test } from 'vitest';
import { capacityTables } from '../capacity-command.ts';
import type { CapacityFigures } from './figures.ts';
import { boundPerSecond } from './idle-costs.ts';
import { costsByDifference } from './message-costs.ts';
import { audienceOf, type Machines, needsOf, type Workload } from './model.ts';
import { type PartName, partNames } from './parts.ts';
import { capacityPage, pageWith, recordedCapacity, runsWith } from './record.ts';
import { returnsByDifference } from './return-costs.ts';

const GiB = 2 ** 30;
const figures: CapacityFigures = {
  node: {
    baseBytes: GiB,
    bytesPerConnection: 50_000,
    usPerConnect: 1000,
    usPerJoin: 500,
    usPerIdleSecond: 5,
    usPerReturn: 1000,
    usPerGroupRead: 400,
    usPerRefusal: 600,
    usPerRegisteredNode: 2,
    usPerMessage: 200,
    usPerReception: 100,
    usPerDelivery: 10,
  },
  redis: {
    bytesPerGroup: 1000,
    bytesPerMember: 300,
    bytesPerFurtherMembership: 200,
    bytesPerMessage: 400,
    bytesPerRememberedRequest: 150,
    usPerConnect: 50,
    usPerJoin: 100,
    usPerMessage: 100,
    usPerReception: 10,
    usPerReturn: 50,
    usPerGroupRead: 40,
    usPerRegisteredNode: 0.2,
    bytesPerRegisteredNode: 150,
  },
  archive: { bytesPerMessage: 1000 },
  frameBytes: 300,
};
const machines: Machines = {
  nodeCpu: 0.5,
  nodeBytes: 3 * GiB,
  shardCpu: 0.5,
  shardBytes: GiB,
  nodeNetwork: 1e8,
};
const load: Workload = {
  connections: 1000,
  usersPerConnection: 2,
  groupsPerUser: 10,
  membersPerGroup: 20,
  messagesPerMinute: 6,
  connectsPerSecond: 0.01,
  logMessages: 100,
  rememberSeconds: 600,
};

describe('the capacity model', () => {
  test('adds up what a small service needs, as by hand', () => {
    // 100 messages/s to 10 receivers each; 10 connects/s with 10 joins each.
    const nodeUs = 1000 * 5 + 10 * (1000 + 500 * 10) + 100 * (200 + 10 * 10);
    expect(nodeUs).toBeLessThan(0.5e6);
    const redisBytes = 1000 * (1000 + 100 * 400) + 2000 * (300 + 9 * 200) + 100 * 600 * 150;
    expect(needsOf(figures, load, machines)).toEqual({
      nodes: 1,
      shards: 1,
      nodeLimit: 'CPU',
      shardLimit: 'memory',
      messagesPerSecond: 100,
      deliveriesPerSecond: 1000,
      redisBytes,
      archiveBytesPerDay: 100 * 1000 * 86_400,
    });
  });

  test('counts the nodes that receive a message: never more than receivers, nor than nodes', () => {
    expect(audienceOf(load, 1).receptions).toBeCloseTo(1);
    expect(audienceOf(load, 2).receptions).toBeCloseTo(2 * (1 - 1 / 1024));
    expect(audienceOf(load, 1_000_000).receptions).toBeCloseTo(10, 3);
  });

  test.each([
    [
      'memory',
      { connections: 2_000_000, messagesPerMinute: 0, connectsPerSecond: 0 },
      { nodeBytes: 1.1 * GiB },
    ],
    ['network', { membersPerGroup: 1000, messagesPerMinute: 60 }, { nodeNetwork: 1e5 }],
    ['CPU', { messagesPerMinute: 600 }, {}],
  ] as const)('names %s when a node has least of it', (limit, change, machine) => {
    const needs = needsOf(figures, { ...load, ...change }, { ...machines, ...machine });
    expect(needs.nodeLimit).toBe(limit);
    expect(needs.nodes).toBeGreaterThan(1);
  });

  test('asks for no less when the load grows', () => {
    const sizes = [1e3, 1e4, 1e5, 1e6, 1e7];
    const all = sizes.map((connections) => needsOf(figures, { ...load, connections }, machines));
    for (const [i, needs] of all.entries()) {
      expect(needs.nodes).toBeGreaterThanOrEqual(all[i - 1]?.nodes ?? 1);
      expect(needs.shards).toBeGreaterThanOrEqual(all[i - 1]?.shards ?? 1);
    }
  });
});

test('a message costs what loads differ by, and never less than nothing', () => {
  const few = { nodeUs: 500, redisUs: 100 };
  const apart = { nodeUs: 900, redisUs: 140 };
  expect(costsByDifference({ few, many: { nodeUs: 1400, redisUs: 100 }, apart }).node).toEqual({
    ...{ usPerDelivery: 10, usPerMessage: 400, usPerReception: 200 },
  });
  expect(costsByDifference({ few, many: { nodeUs: 470, redisUs: 100 }, apart }).node).toEqual({
    ...{ usPerDelivery: 0, usPerMessage: 500, usPerReception: 200 },
  });
});

test('the tables of deploy/capacity.md are those of the recorded figures', () => {
  const page = capacityPage();
  expect(pageWith(page, 'measured', capacityTables(recordedCapacity()))).toBe(page);
});

test('an idle socket takes at most its part of all that the idle node takes', () => {
  expect(boundPerSecond(600_000, 5000, 60_000)).toBe(2);
});

test('a return and the read of a group differ by how many share the read', () => {
  const [together, alone] = [
    { nodeUs: 1010, redisUs: 60 },
    { nodeUs: 1500, redisUs: 158 },
  ];
  const { node, redis } = returnsByDifference({ together, alone }, 50);
  expect([node.usPerReturn, node.usPerGroupRead].map(Math.round)).toEqual([1000, 500]);
  expect([redis.usPerReturn, redis.usPerGroupRead].map(Math.round)).toEqual([58, 100]);
});

test('a part that is measured again takes its place in the runs, and an empty run is left out', () => {
  const { runs } = recordedCapacity();
  const [run] = runs;
  if (run === undefined) throw new Error('nothing is recorded');
  const whole = { ...run, commit: 'whole', parts: partNames };
  const again = (parts: readonly PartName[]) => ({ ...run, commit: 'again', parts });
  const after = runsWith([whole], again(['idle']));
  expect(after.map(({ commit }) => commit)).toEqual(['whole', 'again']);
  expect(after.flatMap(({ parts }) => parts).sort()).toEqual([...partNames].sort());
  expect(runsWith(after, again(partNames)).map(({ commit }) => commit)).toEqual(['again']);
});
