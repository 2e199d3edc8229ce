/** Measures what a node receives about a group in which it has no local member. */
import { setTimeout as pause } from 'node:timers/promises';
import { groupIdOf } from '../load/generator.ts';
import { LoadGenerators } from '../load/load-generators.ts';
import { CountingRelay } from '../measure/counting-relay.ts';
import { planOf } from '../rounds/layout.ts';
import type { SystemKind } from '../systems/system.ts';
import {
  type Bounds,
  type Figure,
  faultFigures,
  type Probe,
  type ProbeFigures,
  type ProbeOptions,
} from './probe.ts';

/** Group 0 is on node 0, group 1 on node 1 behind the relay. Both send messages. */
const [far, near] = [0, 1] as const;
const layout = { groups: 2, membersPerGroup: 10, sendersPerGroup: 2, nodeOf: (group: number) => group };
const ratePerSec = 200;

async function run(context: ProbeOptions): Promise<readonly ProbeFigures[]> {
  const results: ProbeFigures[] = [];
  for (const system of context.systems) {
    context.onProgress(`  ${system.name} …`);
    results.push(await received(system, context));
  }
  return results;
}

async function received(kind: SystemKind, { bench }: ProbeOptions): Promise<ProbeFigures> {
  const relays: CountingRelay[] = [];
  const relayed = async (redisUrl: string, node: number) => {
    if (node !== near) return redisUrl;
    const relay = new CountingRelay(new URL(redisUrl));
    relays.push(relay);
    return relay.listen();
  };
  const system = await kind.start(2, { redisUrlOf: relayed });
  const generators = new LoadGenerators(1);
  try {
    const plan = await planOf(system, bench, layout);
    const [relay] = relays;
    const names = [groupIdOf(plan.runId, far), groupIdOf(plan.runId, near)] as const;
    await generators.connect(plan);
    await generators.attach();
    await pause(bench.timing.settleMs);
    relay?.begin(names);
    await generators.start({ kind: 'open', ratePerSec });
    await pause(bench.timing.measureMs);
    const verdicts = await generators.finish();
    const [foreign, own] = names.map((name) => relay?.named(name) ?? null);
    return {
      system: kind.name,
      figures: figuresOf(kind, { foreign, own, bytes: relay?.bytes ?? null }),
      ...faultFigures(verdicts),
    };
  } finally {
    await generators.close();
    await system.stop();
    for (const relay of relays) relay.close();
  }
}

interface Seen {
  readonly foreign: number | null | undefined;
  readonly own: number | null | undefined;
  readonly bytes: number | null;
}

/** Every message and answer about a group contains its name: so if the name never came, nothing about the group did. */
function figuresOf({ name }: SystemKind, { foreign = null, own = null, bytes }: Seen): Figure[] {
  const wanted = (target: Bounds) => (name === 'Plenum' ? { target } : {});
  return [
    { name: 'the group of the other node is named', value: foreign, unit: 'times', ...wanted({ atMost: 0 }) },
    { name: 'its own group is named', value: own, unit: 'times', ...wanted({ atLeast: 1 }) },
    { name: 'all that it received', value: bytes, unit: 'bytes' },
  ];
}

export const bytesProbe: Probe = {
  title: 'What a node receives from Redis while a group without a member there talks',
  roundsMax: 3,
  run,
};
