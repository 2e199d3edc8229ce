/**
 * Measures the script time of a send that is alone in its script, while the group grows, and while the number of groups grows.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { groupIdOf, userIdOf } from '../load/generator.ts';
import { LoadGenerators } from '../load/load-generators.ts';
import type { Plan } from '../load/plan.ts';
import { CrowdedRedis } from '../measure/crowded-redis.ts';
import { RedisGauge } from '../measure/redis-gauge.ts';
import { planOf } from '../rounds/layout.ts';
import {
  type Figure,
  faultFigures,
  type Probe,
  type ProbeFigures,
  type ProbeOptions,
  plenumIn,
} from './probe.ts';

const sizes = { members: [10, 1000, 100_000, 1_000_000], groups: [1, 1000, 100_000] };
const shortSizes = { members: [10, 1000], groups: [1, 100] };
const layout = { groups: 2, membersPerGroup: 10, sendersPerGroup: 1 };
/** The group that talks, and the one that is copied. */
const [talking, copied] = [0, 1] as const;
/** One message at a time: sends of the same moment would share a script. */
const load = { kind: 'closed', windowPerSender: 1 } as const;
const samples = 5;
const sampleMs = 400;

/** One message per script, without adapters. */
const alone = { atMost: 20 };
const flat = { atMost: 1.2 };

interface Scene {
  readonly generators: LoadGenerators;
  readonly gauge: RedisGauge;
  readonly crowd: CrowdedRedis;
  readonly plan: Plan;
}

async function run(context: ProbeOptions): Promise<readonly ProbeFigures[]> {
  const plenum = plenumIn(context);
  const system = await plenum.start(1);
  const redisUrl = system.redisUrl ?? '';
  const [gauge, crowd] = [new RedisGauge(redisUrl), new CrowdedRedis(redisUrl)];
  const generators = new LoadGenerators(1);
  try {
    const plan = await planOf(system, context.bench, layout);
    for (const part of partsOf(plan)) await generators.connect(part);
    await generators.attach();
    const figures = await grown({ generators, gauge, crowd, plan }, context);
    return [{ system: plenum.name, figures, ...faultFigures(await generators.finish()) }];
  } finally {
    gauge.close();
    crowd.close();
    await generators.close();
    await system.stop();
  }
}

/** Only the talking group has a sender. */
const partsOf = (plan: Plan): Plan[] => [
  { ...plan, members: plan.members.filter(({ group }) => group === talking) },
  { ...plan, sendersPerGroup: 0, members: plan.members.filter(({ group }) => group === copied) },
];

async function grown(scene: Scene, { isShort, onProgress }: ProbeOptions): Promise<Figure[]> {
  const { members, groups } = isShort ? shortSizes : sizes;
  const { runId } = scene.plan;
  const userId = userIdOf(runId, talking, 1);
  const addMembers = (from: number, to: number) =>
    scene.crowd.addMembers(groupIdOf(runId, talking), { userId, from, to });
  // Before the first message: the log would be copied as well.
  const template = await scene.crowd.template(groupIdOf(runId, copied));
  const addGroups = (from: number, to: number) => scene.crowd.addGroups(template, { from, to });
  const byGroups = await series(scene, { what: 'groups', counts: groups, grow: addGroups, onProgress });
  const byMembers = await series(scene, { what: 'members', counts: members, grow: addMembers, onProgress });
  return [...byMembers, ...byGroups];
}

interface Series {
  readonly what: string;
  readonly counts: readonly number[];
  readonly grow: (from: number, to: number) => Promise<void>;
  readonly onProgress: (what: string) => void;
}

async function series(scene: Scene, { what, counts, grow, onProgress }: Series): Promise<Figure[]> {
  const figures: Figure[] = [];
  let [first, size] = [0, counts[0] ?? 0];
  for (const count of counts) {
    const name = `${count.toLocaleString('en-US')} ${what}`;
    onProgress(`  ${name} …`);
    if (count > size) await grow(size, count);
    size = count;
    const us = await scriptUs(scene);
    if (first === 0) first = us;
    figures.push({ name: `${name}: send script`, value: us, unit: 'us', target: alone });
    if (us !== first) {
      const least = (counts[0] ?? 0).toLocaleString('en-US');
      figures.push({ name: `${name} / ${least}`, value: us / first, unit: '', target: flat });
    }
  }
  return figures;
}

/**
 * @returns us per message: the smallest of some intervals, because other work of the machine only adds time. The scripts that
 *   the node runs for itself are in it.
 */
async function scriptUs({ generators, gauge }: Scene): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  await generators.start(load);
  for (let i = 0; i < samples; i += 1) {
    const before = await momentOf(generators, gauge);
    await pause(sampleMs);
    const after = await momentOf(generators, gauge);
    const acked = after.acked - before.acked;
    if (acked > 0) least = Math.min(least, (after.scriptUs - before.scriptUs) / acked);
  }
  await generators.stop();
  return least;
}

async function momentOf(generators: LoadGenerators, gauge: RedisGauge) {
  const [{ scriptUs }, samples] = await Promise.all([gauge.sample(), generators.sample()]);
  return { scriptUs, acked: samples.reduce((sum, { acked }) => sum + acked, 0) };
}

export const scriptsProbe: Probe = {
  title: "The send script (Redis' own time)",
  roundsMax: 1,
  run,
};
