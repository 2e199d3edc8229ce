/** What an idle connection costs: the slope of the nodes' resident memory over the number of connections. */
import { setTimeout as pause } from 'node:timers/promises';
import { userIdOf } from '../load/generator.ts';
import { LoadGenerators } from '../load/load-generators.ts';
import type { MemberPlan, Plan } from '../load/plan.ts';
import { rssBytesOf, sumOf } from '../measure/process-usage.ts';
import { type Point, slopeOf } from '../measure/statistics.ts';
import type { RunningSystem, SystemKind } from '../systems/system.ts';
import { type Bench, sourcesFor } from './load-round.ts';

export interface IdleFigures {
  /** x: connections, y: bytes. */
  readonly points: readonly Point[];
  readonly rssBytesPerConnection: number | null;
}

/** The first step pays for code that is compiled and buffers that grow once: the slope begins behind it, and behind a rest. */
const warmUp = 200;
/** In settling times: a node that has just started grows by what it does by itself, with or without connections. */
const restAfterWarmUp = 30;

/** How far the young generation has grown is a matter of the node, not of its connections: it stays as small as Node makes it. */
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
      await generators.connect(await planOf(system, bench, count));
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

async function planOf(system: RunningSystem, bench: Bench, count: number): Promise<Plan> {
  const runId = bench.newRunId();
  const members = Array.from({ length: count }, async (_, i): Promise<MemberPlan> => {
    const token = await system.token(userIdOf(runId, 0, i));
    return { group: 0, member: i, token, url: system.urls[i % system.urls.length] ?? '' };
  });
  return {
    dialect: system.dialect,
    runId,
    sendersPerGroup: 0,
    frameBytes: bench.frameBytes,
    sources: sourcesFor(system),
    members: await Promise.all(members),
  };
}
