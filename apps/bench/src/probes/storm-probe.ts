/**
 * Measures a reconnect storm: a node with thousands of sockets is killed while its groups keep sending. Measures the time until
 * the last socket continues on another node, and the latency of members that were on other nodes all the time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LoadGenerators } from '../load/load-generators.ts';
import { nowUs } from '../load/monotonic.ts';
import type { LoadSample } from '../load/plan.ts';
import { Latency } from '../measure/latency.ts';
import { planOf } from '../rounds/layout.ts';
import type { RunningSystem } from '../systems/system.ts';
import {
  type Figure,
  faultFigures,
  type Probe,
  type ProbeFigures,
  type ProbeOptions,
  plenumIn,
} from './probe.ts';

const nodeCount = 3;
const killed = 0;
const membersPerGroup = 51;
const resumeWithinMs = 60_000;
const pollMs = 50;
const longBeforeMs = 5000;
/** Of all storm groups together, messages/s. */
const stormRatePerSec = 40;
/** The others: enough messages for hundreds of them above the 99th percentile. */
const bystanders = {
  groups: 10,
  membersPerGroup: 20,
  sendersPerGroup: 1,
  nodeOf: (_: number, i: number) => 1 + (i % 2),
};
const bystanderRatePerSec = 100;

const resumedWithinSec = { atMost: 5 };
const latencyFactor = { atMost: 2 };

/** The first of each group stays and talks; all others live on the node that is killed. */
const stormOf = (groups: number) => ({
  groups,
  membersPerGroup,
  sendersPerGroup: 1,
  nodeOf: (group: number, member: number) => (member === 0 ? 1 + (group % 2) : killed),
  refugesOf: (_: number, member: number) => (member === 0 ? [] : [1, 2]),
});

interface Crowds {
  readonly storm: LoadGenerators;
  readonly others: LoadGenerators;
}

async function run(context: ProbeOptions): Promise<readonly ProbeFigures[]> {
  const plenum = plenumIn(context);
  const groups = context.isShort ? 2 : 40;
  const system = await plenum.start(nodeCount);
  const crowds = { storm: new LoadGenerators(1), others: new LoadGenerators(1) };
  try {
    await crowds.storm.connect(await planOf(system, context.bench, stormOf(groups)));
    await crowds.others.connect(await planOf(system, context.bench, bystanders));
    await Promise.all([crowds.storm.attach(), crowds.others.attach()]);
    await crowds.storm.start({ kind: 'open', ratePerSec: stormRatePerSec });
    await crowds.others.start({ kind: 'open', ratePerSec: bystanderRatePerSec });
    const before = await latencyOver(
      crowds.others,
      context.isShort ? context.bench.timing.measureMs : longBeforeMs,
    );
    context.onProgress(`  killing the node of ${groups * (membersPerGroup - 1)} sockets …`);
    const figures = await stormed(system, crowds, { sockets: groups * (membersPerGroup - 1), before });
    const verdicts = [...(await crowds.storm.finish()), ...(await crowds.others.finish())];
    return [{ system: plenum.name, figures, ...faultFigures(verdicts) }];
  } finally {
    await crowds.storm.close();
    await crowds.others.close();
    await system.stop();
  }
}

/** Measures after the first second, in which connections and caches are new. */
async function latencyOver(generators: LoadGenerators, measureMs: number): Promise<Latency> {
  await pause(1000);
  await generators.reset();
  await pause(measureMs);
  return Latency.merge(await generators.latency());
}

async function stormed(
  system: RunningSystem,
  { storm, others }: Crowds,
  { sockets, before }: { sockets: number; before: Latency },
): Promise<Figure[]> {
  const resumedIn = (samples: readonly LoadSample[]) =>
    samples.reduce((sum, { resumed }) => sum + resumed, 0);
  const [earlier] = [resumedIn(await storm.sample())];
  await others.reset();
  const killedUs = nowUs();
  system.nodes[killed]?.child.kill('SIGKILL');
  let samples = await storm.sample();
  while (resumedIn(samples) - earlier < sockets && nowUs() - killedUs < resumeWithinMs * 1000) {
    await pause(pollMs);
    samples = await storm.sample();
  }
  const during = Latency.merge(await others.latency());
  const lastUs = Math.max(...samples.map(({ lastResumedUs }) => lastResumedUs));
  return figuresOf({
    sockets,
    resumed: resumedIn(samples) - earlier,
    lastSec: (lastUs - killedUs) / 1e6,
    latency: [before, during],
  });
}

interface Stormed {
  readonly sockets: number;
  readonly resumed: number;
  readonly lastSec: number;
  /** Of the others: before and during. */
  readonly latency: readonly [Latency, Latency];
}

function figuresOf({ sockets, resumed, lastSec, latency: [before, during] }: Stormed): Figure[] {
  const [calm, stormy] = [before.summary(), during.summary()];
  return [
    { name: 'sockets of the killed node', value: sockets, unit: '' },
    { name: 'resumed where they had been', value: resumed, unit: '', target: { atLeast: sockets } },
    {
      name: 'the last one is back after',
      value: resumed < sockets ? null : lastSec,
      unit: 's',
      target: resumedWithinSec,
    },
    { name: 'the others, p99 before', value: calm.p99Us, unit: 'us' },
    { name: 'the others, p99 during', value: stormy.p99Us, unit: 'us' },
    {
      name: 'the others, p99 during / before',
      value: stormy.p99Us / calm.p99Us,
      unit: '',
      target: latencyFactor,
    },
    { name: 'the others, p50 before', value: calm.p50Us, unit: 'us' },
    { name: 'the others, p50 during', value: stormy.p50Us, unit: 'us' },
  ];
}

export const stormProbe: Probe = {
  title: 'Reconnect storm (clients come back after 0.5 to 1.5 s, as stock ones do)',
  roundsMax: 3,
  run,
};
