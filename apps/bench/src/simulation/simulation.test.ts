import { ownersOf, PARTITION_COUNT } from '@plenum/core';
import { Manager } from 'socket.io-client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { capacityPage, pageWith, recordedCapacity } from '../capacity/record.ts';
import { recordedSimulation } from '../simulate-command.ts';
import { clusterOf, drawsFor } from './cluster.ts';
import { fanOut, shardSpread, tagsOf } from './fan-out.ts';
import { simulateCommand } from './options.ts';
import { countsOf, ownerMoves } from './owner-moves.ts';
import { reconnectPause, usualReconnect } from './reconnect-pause.ts';
import { reconnectStorm, type StormSettings } from './reconnects.ts';
import { checkSettings, measuredStorm, usualOptions } from './simulation.ts';
import { simulationTables } from './tables.ts';
import { takeover } from './takeover.ts';

const { seed, zones } = usualOptions;
const shape = { nodes: 10, zones, seed };
const { figures } = recordedCapacity();
/** One run of ten nodes answers several questions. */
const taken = takeover(shape);
const small: StormSettings = { ...checkSettings(1), connectionsPerNode: 300, busy: 0.25 };
const stormOf = (change: Partial<StormSettings>) => reconnectStorm({ ...small, ...change }, figures);

describe('owners', () => {
  test('moves are those of the hashing, counted node by node', () => {
    const { nodeIds, survivors } = clusterOf(shape);
    const before = ownersOf(nodeIds);
    const movedTo = (nodes: readonly string[]) =>
      ownersOf(nodes).filter((owner, partition) => owner !== before[partition]).length;
    const left = nodeIds.map((nodeId) => movedTo(nodeIds.filter((other) => other !== nodeId)));
    const moves = ownerMoves(clusterOf(shape));
    expect(moves.leave).toEqual({
      mean: left.reduce((sum, one) => sum + one, 0) / 10,
      most: Math.max(...left),
    });
    expect(moves.zone.moved).toBe(movedTo(survivors));
    expect([...countsOf(before).values()].reduce((sum, one) => sum + one, 0)).toBe(PARTITION_COUNT);
  });

  test('each partition of a lost zone gets one owner, and never two: within a lease and two looks', async () => {
    const { lost, handedOver } = await taken;
    expect(lost.partitions).toBe(ownerMoves(clusterOf(shape)).zone.moved);
    expect(lost.longestMs).toBeLessThan(6000 + 2000 + 1000);
    expect(lost.meanMs).toBeGreaterThan(4000);
    expect(handedOver.partitions).toBeGreaterThan(0);
    expect(handedOver.longestMs).toBeLessThan(lost.meanMs);
  });
});

describe('a reconnect storm', () => {
  test('every client is back, once', async () => {
    const refusing = await stormOf({ ratePerSec: 10, burst: 1 });
    expect(refusing).toMatchObject({ clients: 300, stormingPerNode: 150 });
    expect(refusing.refused).toBeGreaterThan(0);
    const reading = await stormOf({ ratePerSec: 10, burst: 1, client: 'reading' });
    expect(reading.clients).toBe(300);
    expect(reading.retries).toBeLessThan(refusing.retries);
    const overloaded = await stormOf({ busy: 1, groupsPerUser: 200, ratePerSec: 0 });
    expect(overloaded.clients).toBe(300);
  });

  test('the same seed gives the same storm, another seed another one', async () => {
    const first = await stormOf({});
    expect(await stormOf({})).toEqual(first);
    expect((await stormOf({ seed: 2 })).backP95Ms).not.toBe(first.backP95Ms);
  });

  test.each<[string, Partial<StormSettings>, Partial<StormSettings>]>([
    ['a busier node', { busy: 0.1 }, { busy: 0.9 }],
    ['more clients', { connectionsPerNode: 300 }, { connectionsPerNode: 3000 }],
    ['a lower rate of connects', { ratePerSec: 1000 }, { ratePerSec: 20, burst: 1 }],
    ['a busier shard', { shardBusy: 0 }, { shardBusy: 0.999 }],
    ['a loss that is not noticed at once', { loss: 'cut' }, { loss: 'silent' }],
  ])('%s makes it longer', async (_, before, after) => {
    expect((await stormOf(after)).backP95Ms).toBeGreaterThan((await stormOf(before)).backP95Ms);
  });

  test('is within a quarter of one that was run', async () => {
    const { clients, backP95Ms } = await reconnectStorm(checkSettings(1), figures);
    expect(clients).toBe(measuredStorm.clients);
    expect(Math.abs(backP95Ms / measuredStorm.backP95Ms - 1)).toBeLessThan(0.25);
  });
});

describe('the pause before a client connects again', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('is that of socket.io-client for the same random numbers', () => {
    // Not public, but what the client pauses by.
    const backoff: unknown = Reflect.get(new Manager('http://127.0.0.1', { autoConnect: false }), 'backoff');
    const durationMs = () => Object(backoff).duration();
    const draw = drawsFor(1, 'pauses');
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const fraction = draw();
      vi.spyOn(Math, 'random').mockReturnValue(fraction);
      expect(reconnectPause(attempt, usualReconnect, fraction)).toBe(durationMs());
    }
  });
});

describe('the fan-out', () => {
  const of = (nodes: number, members: number) =>
    fanOut({ nodes, members, cpu: 0.5, zones: 3, seed: 1 }, figures);

  test('a drawn placement hits about as many nodes as the formula says', () => {
    for (const members of [10, 100, 10_000]) {
      const { receptions, drawnReceptions } = of(100, members);
      expect(Math.abs(drawnReceptions / receptions - 1)).toBeLessThan(0.05);
    }
  });

  test('more nodes or more members never make a message cheaper', () => {
    for (const members of [10, 1000]) expect(of(100, members).nodeUs).toBeGreaterThan(of(10, members).nodeUs);
    expect(of(100, 1000).shardUs).toBeGreaterThan(of(100, 10).shardUs);
  });

  test('each partition lies on one shard, and more shards than partitions stay empty', () => {
    expect(shardSpread(3, tagsOf.cluster)).toMatchObject({ used: 3, most: 86 });
    expect(shardSpread(500, tagsOf.cluster)).toMatchObject({ used: PARTITION_COUNT, most: 1 });
  });
});

test.each([
  [['--seed', '-1'], /--seed.* from 0 to 2147483647 is expected/],
  [['--nodes', '10,2001'], /--nodes.* from 3 to 2000 is expected/],
  [['--nodes', ','], /--nodes.*at least one number is expected/],
  [['--zones', '1'], /--zones.* from 2 to 10 is expected/],
])('%j is refused with a sentence that names option and limit', (args, sentence) => {
  const command = simulateCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  expect(() => command.parse(args, { from: 'user' })).toThrow(sentence);
});

describe('deploy/capacity.md', () => {
  const recorded = recordedSimulation();

  test('has the tables of the recorded run', () => {
    const page = capacityPage();
    expect(pageWith(page, 'simulated', simulationTables(recorded, figures))).toBe(page);
  });

  test('the recorded run is what the constants and the code give now', async () => {
    const { options, moves, takeovers, check } = recorded;
    expect(options).toEqual(usualOptions);
    const now = {
      moves: ownerMoves(clusterOf(shape)),
      takeover: await taken,
      check: await reconnectStorm(checkSettings(options.seed), figures),
    };
    const before = { moves: moves[0], takeover: takeovers[0], check };
    expect(now, 'run `npm run simulate -- --record`').toEqual(before);
  });
});
