/** Measures the CPU of a node whose sockets send and receive nothing, heartbeats included. */
import { setTimeout as pause } from 'node:timers/promises';
import { LoadGenerators } from '../load/load-generators.ts';
import { cpuUsOfNode } from '../measure/process-usage.ts';
import { planOf } from '../rounds/layout.ts';
import type { Bench } from '../rounds/load-round.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import type { CapacityFigures } from './figures.ts';

export interface IdleSizes {
  readonly sockets: number;
  readonly idleMs: number;
  /** Before the time is taken: what connecting has left behind is done then. */
  readonly settleMs: number;
}

export async function idleCosts(
  bench: Bench,
  { sockets, idleMs, settleMs }: IdleSizes,
): Promise<Pick<CapacityFigures['node'], 'usPerIdleSecond'>> {
  const system = await plenumSystem({}).start(1);
  const crowd = new LoadGenerators(1);
  const pid = system.nodes[0]?.pid ?? 0;
  try {
    const silent = { groups: Math.ceil(sockets / 20), membersPerGroup: 20, sendersPerGroup: 0 };
    const plan = await planOf(system, bench, silent);
    await crowd.connect(plan);
    await crowd.attach();
    await pause(settleMs);
    const beforeUs = cpuUsOfNode(pid) ?? 0;
    await pause(idleMs);
    return {
      usPerIdleSecond: boundPerSecond((cpuUsOfNode(pid) ?? 0) - beforeUs, plan.members.length, idleMs),
    };
  } finally {
    await crowd.close();
    await system.stop();
  }
}

/** All CPU of the node counts, that of its own chores too, so a socket takes at most this, us per second. */
export const boundPerSecond = (cpuUs: number, sockets: number, idleMs: number): number =>
  cpuUs / sockets / (idleMs / 1000);
