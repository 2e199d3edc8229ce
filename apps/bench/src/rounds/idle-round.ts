/** Measures the memory of an idle connection: the slope of the nodes' resident memory over the number of connections. */
import { setTimeout as pause } from 'node:timers/promises';
import { LoadGenerators } from '../load/load-generators.ts';
import { rssBytesOf, sumOf } from '../measure/process-usage.ts';
import { type Point, slopeOf } from '../measure/statistics.ts';
import type { SystemKind } from '../systems/system.ts';
import { planOf } from './layout.ts';
import type { Bench } from './load-round.ts';

export interface IdleFigures {
  /** x: connections, y: bytes. */
  readonly points: readonly Point[];
  readonly rssBytesPerConnection: number | null;
}

/** Connections of the first step, which is not measured: in it code is compiled and buffers grow once. */
const warmUp = 200;
/** Pause after the first step, in settling times: a new node grows for a while even without connections. */
const restAfterWarmUp = 30;

/** Keeps the young generation at its default size, because its growth does not depend on the connections. */
const nodeOptions = ['--max-semi-space-size=16'];

/** @param steps connections to add, one step after the other. */
export async function idleRound(
  kind: SystemKind,
  bench: Bench,
  steps: readonly number[],
): Promise<IdleFigures> {
  const system = await kind.start(bench.nodeCount, { nodeOptions });
  const generators = new LoadGenerators(bench.generatorCount);
  try {
    const points: Point[] = [];
    let connections = 0;
    for (const count of [warmUp, ...steps]) {
      const silent = { groups: 1, membersPerGroup: count, sendersPerGroup: 0 };
      await generators.connect(await planOf(system, bench, silent));
      connections += count;
      await pause(bench.timing.settleMs * (points.length === 0 ? restAfterWarmUp : 4));
      const y = sumOf(system.nodes.map(({ pid }) => rssBytesOf(pid)));
      if (y !== null) points.push({ x: connections, y });
    }
    return { points, rssBytesPerConnection: slopeOf(points) };
  } finally {
    await generators.close();
    await system.stop();
  }
}
