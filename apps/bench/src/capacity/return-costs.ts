/**
 * Measures the CPU of clients that come back after the loss of their node, with their positions: of each client, of each group that
 * a node reads for them, and of a connect that is refused with a pause.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LoadGenerators } from '../load/load-generators.ts';
import { cpuUsOfNode } from '../measure/process-usage.ts';
import { RedisGauge } from '../measure/redis-gauge.ts';
import { type Layout, planOf } from '../rounds/layout.ts';
import type { Bench } from '../rounds/load-round.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import type { RunningSystem } from '../systems/system.ts';
import { RawConnection } from '../wire/raw-connection.ts';
import type { CapacityFigures } from './figures.ts';

export interface ReturnSizes {
  /** Clients that come back, in each of the two runs. */
  readonly clients: number;
  /** Of one group, in the run in which a node reads few groups for many clients. */
  readonly perGroup: number;
  readonly refused: number;
  /** Clients that connect before anything is measured: the code of a connect is compiled then. */
  readonly warmed: number;
  /** Before the loss: the work that connecting has left behind is done then. */
  readonly settleMs: number;
  readonly runs: number;
}

type ReturnCosts = {
  readonly node: Pick<CapacityFigures['node'], 'usPerReturn' | 'usPerGroupRead' | 'usPerRefusal'>;
  readonly redis: Pick<CapacityFigures['redis'], 'usPerReturn' | 'usPerGroupRead'>;
};

interface Cost {
  readonly nodeUs: number;
  readonly redisUs: number;
}

const pollMs = 50;
const backWithinMs = 60_000;
/** The node that is lost, the one to which its clients go, and the one of those that stay in their groups. */
const [lost, refuge, other] = [0, 1, 2];

export async function returnCosts(bench: Bench, sizes: ReturnSizes): Promise<ReturnCosts> {
  const { clients, perGroup } = sizes;
  const together = await leastCostOfReturn(bench, sizes, { groups: clients / perGroup, returning: perGroup });
  const alone = await leastCostOfReturn(bench, sizes, { groups: clients, returning: 1 });
  const { node, redis } = returnsByDifference({ together, alone }, perGroup);
  return { node: { ...node, usPerRefusal: await refusalCost(bench, sizes) }, redis };
}

/** Of several runs the least of each: what nodes do every half minute, such as comparing all heads, falls into some of them. */
async function leastCostOfReturn(bench: Bench, sizes: ReturnSizes, groups: ReturningGroups): Promise<Cost> {
  let least: Cost = { nodeUs: Number.POSITIVE_INFINITY, redisUs: Number.POSITIVE_INFINITY };
  for (let run = 0; run < sizes.runs; run += 1) {
    const { nodeUs, redisUs } = await costOfReturn(bench, sizes, groups);
    least = { nodeUs: Math.min(least.nodeUs, nodeUs), redisUs: Math.min(least.redisUs, redisUs) };
  }
  return least;
}

/** @param perGroup clients for which a group was read once in the run `together`; in `alone` it was read for each */
export function returnsByDifference(
  { together, alone }: Readonly<Record<'together' | 'alone', Cost>>,
  perGroup: number,
) {
  const ofGroup = (one: number, many: number) => Math.max(0, one - many) / (1 - 1 / perGroup);
  const [nodeUs, redisUs] = [
    ofGroup(alone.nodeUs, together.nodeUs),
    ofGroup(alone.redisUs, together.redisUs),
  ];
  return {
    node: { usPerReturn: alone.nodeUs - nodeUs, usPerGroupRead: nodeUs },
    redis: { usPerReturn: alone.redisUs - redisUs, usPerGroupRead: redisUs },
  };
}

interface ReturningGroups {
  readonly groups: number;
  /** Members of each group that come back. */
  readonly returning: number;
}

/** Of each client. What node and Redis do meanwhile for other things is in it. */
async function costOfReturn(
  bench: Bench,
  { settleMs, warmed }: ReturnSizes,
  { groups, returning }: ReturningGroups,
): Promise<Cost> {
  const layout: Layout = {
    ...{ groups, membersPerGroup: 1 + returning, sendersPerGroup: 0, areJoinsCounted: true },
    nodeOf: (_, member) => (member === 0 ? other : lost),
    refugesOf: (_, member) => (member === 0 ? [] : [refuge]),
  };
  const system = await plenumSystem({}).start(3);
  const gauge = new RedisGauge(system.redisUrl ?? '');
  const crowd = new LoadGenerators(1);
  const warmUp = new LoadGenerators(1);
  try {
    await crowd.connect(await planOf(system, bench, layout));
    await crowd.attach();
    await warmUp.connect(await planOf(system, bench, warmUpOf(warmed)));
    await warmUp.attach();
    await pause(settleMs);
    const { nodeUs, redisUs } = await spentWhile(system, gauge, async () => {
      system.nodes[lost]?.child.kill('SIGKILL');
      await allBack(crowd, groups * returning);
    });
    return { nodeUs: nodeUs / (groups * returning), redisUs: redisUs / (groups * returning) };
  } finally {
    await crowd.close();
    await warmUp.close();
    gauge.close();
    await system.stop();
  }
}

const warmUpOf = (clients: number): Layout => ({
  ...{ groups: Math.ceil(clients / 20), membersPerGroup: 20, sendersPerGroup: 0 },
  nodeOf: () => refuge,
});

/** CPU of the refuge and of Redis. */
async function spentWhile(system: RunningSystem, gauge: RedisGauge, act: () => Promise<void>): Promise<Cost> {
  const now = async () => ({
    nodeUs: cpuUsOfNode(system.nodes[refuge]?.pid ?? 0) ?? 0,
    redisUs: (await gauge.sample()).cpuUs,
  });
  const before = await now();
  await act();
  const after = await now();
  return { nodeUs: after.nodeUs - before.nodeUs, redisUs: after.redisUs - before.redisUs };
}

/** @throws Error if a client has not come back within a minute */
async function allBack(crowd: LoadGenerators, expected: number): Promise<void> {
  const untilMs = performance.now() + backWithinMs;
  const back = async () => (await crowd.sample()).reduce((sum, { resumed }) => sum + resumed, 0);
  for (let count = await back(); count < expected; count = await back()) {
    if (performance.now() > untilMs)
      throw new Error(`${expected - count} of ${expected} clients did not come back`);
    await pause(pollMs);
  }
}

/** Tokens are checked before a connect is refused, so a refusal costs about what a connect does without its session. */
async function refusalCost(bench: Bench, { refused, warmed }: ReturnSizes): Promise<number> {
  const rate = { PLENUM_CONNECT_RATE_PER_SEC: '1', PLENUM_CONNECT_RATE_BURST: '1' };
  const system = await plenumSystem(rate).start(1);
  const pid = system.nodes[0]?.pid ?? 0;
  try {
    const layout = { groups: 1, membersPerGroup: warmed + refused, sendersPerGroup: 0 };
    const { members } = await planOf(system, bench, layout);
    const refusals = (some: typeof members) =>
      Promise.all(some.map(({ url, token }) => isRefused(url, token)));
    await refusals(members.slice(0, warmed));
    const beforeUs = cpuUsOfNode(pid) ?? 0;
    const count = (await refusals(members.slice(warmed))).filter((isOne) => isOne).length;
    return ((cpuUsOfNode(pid) ?? 0) - beforeUs) / Math.max(1, count);
  } finally {
    await system.stop();
  }
}

async function isRefused(url: string, token: string): Promise<boolean> {
  const handler = { event: () => {}, ack: () => {}, closed: () => {} };
  let opened: RawConnection | null = null;
  const onOpen = (connection: RawConnection) => {
    opened = connection;
  };
  try {
    await RawConnection.connect({ url, auth: { token }, source: null, handler, onOpen });
    return false;
  } catch {
    return true;
  } finally {
    (opened as RawConnection | null)?.destroy();
  }
}
