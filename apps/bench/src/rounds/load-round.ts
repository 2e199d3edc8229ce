/** Runs one round of load on one system: starts processes, attaches all members, ramps up, measures, and checks. */
import { setTimeout as pause } from 'node:timers/promises';
import { groupsOf } from '../load/generator.ts';
import { LoadGenerators } from '../load/load-generators.ts';
import type { Load } from '../load/plan.ts';
import { GroupScripts } from '../measure/group-scripts.ts';
import { cpuUsOfNode, ioCallsOfNode, sumOf } from '../measure/process-usage.ts';
import { RedisGauge } from '../measure/redis-gauge.ts';
import type { RunningSystem, SystemKind } from '../systems/system.ts';
import { type PlanSettings, planOf, type Shape, sendersOf } from './layout.ts';
import { figuresOf, type Moment, type RoundFigures } from './round-figures.ts';

export interface Timing {
  readonly rampMs: number;
  readonly measureMs: number;
  /** Between attaching and the ramp: stock adapters subscribe behind the answer to a join. */
  readonly settleMs: number;
}

export interface Bench extends PlanSettings {
  readonly timing: Timing;
  readonly nodeCount: number;
  readonly generatorCount: number;
}

export interface LoadPlan {
  readonly shape: Shape;
  readonly load: Load;
  /** Slow loads only. */
  readonly areScriptsCounted?: boolean;
}

export async function loadRound(kind: SystemKind, bench: Bench, load: LoadPlan): Promise<RoundFigures> {
  const system = await kind.start(bench.nodeCount);
  const generators = new LoadGenerators(bench.generatorCount);
  const gauge = system.redisUrl === null ? null : new RedisGauge(system.redisUrl);
  let scripts: GroupScripts | null = null;
  try {
    const plan = await planOf(system, bench, { ...load.shape, sendersPerGroup: sendersOf(load.shape) });
    await generators.connect(plan);
    await generators.attach();
    await pause(bench.timing.settleMs);
    const redisRoundTripUs = gauge === null ? null : await gauge.roundTripUs();
    if (load.areScriptsCounted === true && system.redisUrl !== null)
      scripts = await GroupScripts.of(system.redisUrl, groupsOf(plan.runId));
    const look = async () => ({
      ...(await momentOf(generators, system, gauge)),
      groupScripts: scripts?.count ?? null,
    });
    await generators.start(load.load);
    await pause(bench.timing.rampMs);
    await generators.reset();
    const begin = await look();
    await pause(bench.timing.measureMs);
    const end = await look();
    return figuresOf({ begin, end, verdicts: await generators.finish(), redisRoundTripUs });
  } finally {
    scripts?.close();
    gauge?.close();
    await generators.close();
    await system.stop();
  }
}

async function momentOf(
  generators: LoadGenerators,
  { nodes }: RunningSystem,
  gauge: RedisGauge | null,
): Promise<Omit<Moment, 'groupScripts'>> {
  const load = await generators.sample();
  const nodeCpuUs = sumOf(nodes.map(({ pid }) => cpuUsOfNode(pid)));
  const calls = nodes.map(({ pid }) => ioCallsOfNode(pid));
  const nodeReads = sumOf(calls.map((of) => of?.reads ?? null));
  const nodeWrites = sumOf(calls.map((of) => of?.writes ?? null));
  return { load, nodeCpuUs, nodeReads, nodeWrites, redis: gauge === null ? null : await gauge.sample() };
}
