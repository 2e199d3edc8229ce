/** Measures what sockets cost a node: memory, and CPU to connect and to join. */
import { setTimeout as pause } from 'node:timers/promises';
import { LoadGenerators } from '../load/load-generators.ts';
import { cpuUsOfNode, rssBytesOf } from '../measure/process-usage.ts';
import { RedisGauge } from '../measure/redis-gauge.ts';
import { slopeOf } from '../measure/statistics.ts';
import { planOf } from '../rounds/layout.ts';
import type { Bench } from '../rounds/load-round.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import type { CapacityFigures } from './figures.ts';

export interface NodeSizes {
  /** Sockets that connect before anything is measured: code is compiled, and buffers grow once. */
  readonly warmUp: number;
  /** Sockets that are added, step by step. */
  readonly steps: readonly number[];
  /** After each step. */
  readonly settleMs: number;
}

type NodeCosts = {
  readonly node: Pick<
    CapacityFigures['node'],
    'baseBytes' | 'bytesPerConnection' | 'usPerConnect' | 'usPerJoin'
  >;
  readonly redis: Pick<CapacityFigures['redis'], 'usPerConnect' | 'usPerJoin'>;
};

interface Moment {
  readonly nodeUs: number;
  readonly redisUs: number;
}

const membersPerGroup = 20;
/** Keeps the young generation at its default size, because its growth does not depend on the connections. */
const nodeOptions = ['--max-semi-space-size=16'];

export async function nodeCosts(bench: Bench, sizes: NodeSizes): Promise<NodeCosts> {
  const system = await plenumSystem({}).start(1, { nodeOptions });
  const gauge = new RedisGauge(system.redisUrl ?? '');
  const pid = system.nodes[0]?.pid ?? 0;
  const now = async (): Promise<Moment> => ({
    nodeUs: cpuUsOfNode(pid) ?? 0,
    redisUs: (await gauge.sample()).cpuUs,
  });
  const crowds: LoadGenerators[] = [];
  const added = async (count: number) => {
    const crowd = new LoadGenerators(1);
    crowds.push(crowd);
    const layout = { groups: Math.ceil(count / membersPerGroup), membersPerGroup, sendersPerGroup: 0 };
    const plan = await planOf(system, bench, layout);
    const connected = await spent(now, () => crowd.connect(plan));
    const joined = await spent(now, () => crowd.attach());
    await pause(sizes.settleMs);
    return { connected, joined };
  };
  try {
    await added(sizes.warmUp);
    await pause(sizes.settleMs * 4);
    const points = [{ x: 0, y: rssBytesOf(pid) ?? 0 }];
    const costs = { connected: zero, joined: zero };
    let sockets = 0;
    for (const count of sizes.steps) {
      const { connected, joined } = await added(count);
      sockets += count;
      costs.connected = sum(costs.connected, connected);
      costs.joined = sum(costs.joined, joined);
      points.push({ x: sockets, y: rssBytesOf(pid) ?? 0 });
    }
    const bytesPerConnection = slopeOf(points) ?? 0;
    return {
      node: {
        baseBytes: (points[0]?.y ?? 0) - sizes.warmUp * bytesPerConnection,
        bytesPerConnection,
        usPerConnect: costs.connected.nodeUs / sockets,
        usPerJoin: costs.joined.nodeUs / sockets,
      },
      redis: {
        usPerConnect: costs.connected.redisUs / sockets,
        usPerJoin: costs.joined.redisUs / sockets,
      },
    };
  } finally {
    for (const crowd of crowds) await crowd.close();
    gauge.close();
    await system.stop();
  }
}

const zero: Moment = { nodeUs: 0, redisUs: 0 };
const sum = (a: Moment, b: Moment): Moment => ({
  nodeUs: a.nodeUs + b.nodeUs,
  redisUs: a.redisUs + b.redisUs,
});

async function spent(now: () => Promise<Moment>, act: () => Promise<unknown>): Promise<Moment> {
  const before = await now();
  await act();
  const after = await now();
  return { nodeUs: after.nodeUs - before.nodeUs, redisUs: after.redisUs - before.redisUs };
}
