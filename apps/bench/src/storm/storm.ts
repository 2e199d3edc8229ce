/**
 * Kills a node of a cluster whose groups talk, and measures how its clients come back: when, with which reads of Redis, and how
 * long the event loops of the other nodes were held meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LoadGenerators } from '../load/load-generators.ts';
import { nowUs } from '../load/monotonic.ts';
import type { Verdict } from '../load/plan.ts';
import { cpuUsOfNode, sumOf } from '../measure/process-usage.ts';
import { RedisGauge } from '../measure/redis-gauge.ts';
import { nextMessageOf, type OwnProcess } from '../processes/child-process.ts';
import { type Layout, type PlanSettings, planOf } from '../rounds/layout.ts';
import type { RunningSystem } from '../systems/system.ts';
import type { ReadsOfNode, ResumeReads } from './resume-reads.ts';

export interface StormShape {
  readonly nodes: number;
  readonly clients: number;
  readonly groups: number;
  /** How many of the clients are on the node that is killed, 0 to 1; the others are spread over the other nodes. */
  readonly killedShare: number;
  /** Messages/s of all groups together. */
  readonly ratePerSec: number;
  /** The clients read no refusals, and come back as plain socket.io-client does. */
  readonly plain?: boolean;
}

export interface StormOptions extends StormShape {
  readonly system: RunningSystem;
  readonly settings: PlanSettings;
  readonly generators: number;
  /** Null: the reads of Redis are not counted. */
  readonly reads: ResumeReads | null;
  readonly onProgress: (what: string) => void;
}

export interface StormFigures {
  /** Clients of the node that was killed. */
  readonly storming: number;
  /** ms from the kill to the attach of each client that came back, ascending. */
  readonly backMs: readonly number[];
  /** Connects that were refused with a pause. */
  readonly connectsRefused: number;
  /** The longest delay of an event loop of the other nodes, ms. */
  readonly lagMs: number;
  /** CPU of the other nodes and of Redis until all were back, the messages included, us; null: not known. */
  readonly nodeCpuUs: number | null;
  readonly redisCpuUs: number | null;
  /** Null: not counted. */
  readonly reads: readonly ReadsOfNode[] | null;
  readonly verdicts: readonly Verdict[];
}

/** The compiled script: it is used even when this file runs from source, so build first. */
const gauge = new URL('../../dist/systems/loop-gauge.js', import.meta.url).href;
export const loopGaugeOptions: readonly string[] = ['--import', fileURLToPath(gauge)];

const killed = 0;
const warmMs = 2000;
const pollMs = 100;
const backWithinMs = 60_000;
/** After the last one is back: its catch-up and what is written behind it. */
const settledMs = 1000;

/** The first member of each group stays where it is, and talks. */
export function layoutOf({ nodes, clients, groups, killedShare, plain = false }: StormShape): Layout {
  const others = Array.from({ length: nodes - 1 }, (_, i) => i + 1);
  const membersPerGroup = Math.ceil(clients / groups);
  const stormers = Math.min(membersPerGroup - 1, Math.round(membersPerGroup * killedShare));
  const isStorming = (member: number) => member > 0 && member <= stormers;
  return {
    groups,
    membersPerGroup,
    sendersPerGroup: 1,
    arePlain: plain,
    nodeOf: (group, member) => (isStorming(member) ? killed : 1 + ((group + member) % others.length)),
    refugesOf: (_, member) => (isStorming(member) ? others : []),
  };
}

export async function storm(options: StormOptions): Promise<StormFigures> {
  const { system, settings, reads, onProgress } = options;
  const load = new LoadGenerators(options.generators);
  try {
    const layout = layoutOf(options);
    const plan = await planOf(system, settings, layout);
    const storming = plan.members.filter(({ refuges = [] }) => refuges.length > 0).length;
    onProgress(`connecting ${plan.members.length} clients in ${layout.groups} groups …`);
    await load.connect(plan);
    await load.attach();
    await load.start({ kind: 'open', ratePerSec: options.ratePerSec });
    await pause(warmMs);
    await reads?.start();
    const redis = system.redisUrl === null ? null : new RedisGauge(system.redisUrl);
    const survivors = system.nodes.filter((_, node) => node !== killed);
    await lagOf(survivors);
    const before = (await returnsOf(load)).atUs.length;
    onProgress(`killing the node of ${storming} clients …`);
    const cpuBefore = await cpuOf(survivors, redis);
    const killedUs = nowUs();
    system.nodes[killed]?.child.kill('SIGKILL');
    await allBack(load, before + storming);
    const lagMs = await lagOf(survivors);
    const cpuAfter = await cpuOf(survivors, redis);
    redis?.close();
    await pause(settledMs);
    const { atUs, connectsRefused } = await returnsOf(load);
    const backMs = atUs.filter((at) => at > killedUs).map((at) => (at - killedUs) / 1000);
    const nodes = Array.from({ length: options.nodes - 1 }, (_, i) => i + 1);
    const counted = (await reads?.perGroupAndNode(nodes)) ?? null;
    reads?.close();
    const verdicts = await load.finish();
    return {
      storming,
      backMs: backMs.sort((a, b) => a - b),
      ...{ connectsRefused, lagMs, reads: counted, verdicts },
      nodeCpuUs: difference(cpuBefore.nodes, cpuAfter.nodes),
      redisCpuUs: difference(cpuBefore.redis, cpuAfter.redis),
    };
  } finally {
    await load.close();
  }
}

async function cpuOf(nodes: readonly OwnProcess[], redis: RedisGauge | null) {
  return {
    nodes: sumOf(nodes.map(({ pid }) => cpuUsOfNode(pid))),
    redis: redis === null ? null : (await redis.sample()).cpuUs,
  };
}

const difference = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : after - before;

async function allBack(load: LoadGenerators, expected: number): Promise<void> {
  const untilMs = performance.now() + backWithinMs;
  const back = async () => (await load.sample()).reduce((sum, { resumed }) => sum + resumed, 0);
  while (performance.now() < untilMs && (await back()) < expected) await pause(pollMs);
}

async function returnsOf(load: LoadGenerators) {
  const all = await load.returns();
  return {
    atUs: all.flatMap(({ atUs }) => atUs),
    connectsRefused: all.reduce((sum, { connectsRefused }) => sum + connectsRefused, 0),
  };
}

const isLag = (message: unknown): message is { readonly lagMs: number } =>
  typeof message === 'object' && message !== null && 'lagMs' in message;

/** @returns the longest delay since the call before, ms. @throws Error if a node answers something else, or ends */
async function lagOf(nodes: readonly OwnProcess[]): Promise<number> {
  const lags = await Promise.all(
    nodes.map(async (node) => {
      const answered = nextMessageOf(node, 'a node');
      node.child.send('loop lag');
      const message = await answered;
      if (!isLag(message)) throw new Error(`a node answered ${JSON.stringify(message)}`);
      return message.lagMs;
    }),
  );
  return Math.max(...lags);
}
