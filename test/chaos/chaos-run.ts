/** One run: starts everything, injects the schedule, heals, and judges what all clients, adapters and logs have. */
import { setTimeout as pause } from 'node:timers/promises';
import { checkHistory, type RunHistory, seededDraws, withoutAnnouncedLoss } from '@plenum/testkit';
import { deadLettersOf } from '../support/adapters/served-adapters.ts';
import { ChaosScene } from './chaos-scene.ts';
import { disturbsCommits } from './copies.ts';
import type { DeploymentKind } from './deployment.ts';
import { expectMembers, expectOnline } from './ghosts.ts';
import { type LossWindow, lossesIn } from './losses.ts';
import { type Findings, type Injected, report, say } from './report.ts';
import { growth, heapsOf, keepMeasuring, measure, type Quiet } from './resources.ts';
import { described, type Step, scheduleOf } from './schedule.ts';

export interface ChaosOptions {
  readonly kind: DeploymentKind;
  readonly seed: number;
  /** Of the faults; the start, the last recovery and the verdict come on top. */
  readonly durationMs: number;
  /** A part of the names of the faults to inject; empty: all. */
  readonly only: string;
}

/** How long archives and webhooks may have got nothing of what waits for them. */
const patienceMs = 60_000;
/** A look keeps the webhook waiting, which is in this process. */
const lookEveryMs = 5000;
/** What an unplanned failover may cost that no fault of the schedule ordered, such as one by a stall of the machine. */
const lagMs = 10_000;
const figuresWanted = 60;

/** @returns why it failed; an empty list if it passed */
export async function chaosRun({ kind, seed, durationMs, only }: ChaosOptions): Promise<readonly string[]> {
  const draw = seededDraws(seed);
  await using scene = await ChaosScene.start(kind, draw);
  const hasDisk = scene.disk !== null;
  const hasClock = scene.redisClock.isThere;
  if (!hasDisk) say('Not injected: a full disk of the AOF, since this process may not mount a tmpfs.');
  if (!hasClock) say('Not injected: steps of the clock of Redis, since there is no C compiler.');
  const schedule = scheduleOf({ seed, kind, durationMs, hasDisk, hasClock, only });
  say(`\nRedis: ${kind}, seed ${seed}, ${schedule.length} steps:`);
  for (const step of schedule) say(described(step));
  const { workload } = scene;
  await workload.start();
  await workload.untilSpoken(20);
  const before = await quiet(scene, 0);
  const sinceMs = performance.now();
  let isOver = false;
  const everyMs = Math.max(2000, durationMs / figuresWanted);
  const measuring = keepMeasuring(scene, { sinceMs, everyMs, isOver: () => isOver });
  const windows: LossWindow[] = [];
  const injected: Injected[] = [];
  for (const step of schedule) injected.push(await inject(scene, step, { sinceMs, windows }));
  isOver = true;
  const figures = await measuring;
  await workload.traffic.untilHeard();
  const reads = await workload.end();
  const unordered = scene.deployment.failoversMs.map((atMs) => ({
    fromMs: atMs - lagMs,
    untilMs: atMs + lagMs,
    why: 'a failover',
  }));
  workload.disturbances.push(...unordered);
  const judged = await judge(scene);
  await expectOnline(scene.nodes, workload.staying);
  await expectMembers(scene.nodes, judged.history.logs);
  const after = await quiet(scene, sinceMs);
  const deadLetters = await deadLettersIn(scene);
  await workload.vanish();
  await expectOnline(scene.nodes, new Map([...workload.staying.keys()].map((groupId) => [groupId, []])));
  const findings: Findings = {
    ...judged,
    losses: lossesIn(judged.history, [...windows, ...unordered]),
    ...{ injected, failovers: unordered.length, reads, deadLetters, before, after, figures },
  };
  say(report(findings));
  return failuresOf(findings);
}

async function quiet(scene: ChaosScene, sinceMs: number): Promise<Quiet> {
  return { heaps: await heapsOf(scene), figures: await measure(scene, sinceMs) };
}

/** Resolves when every group speaks again. */
async function inject(
  scene: ChaosScene,
  step: Step,
  { sinceMs, windows }: { readonly sinceMs: number; readonly windows: LossWindow[] },
): Promise<Injected> {
  await pause(Math.max(0, sinceMs + step.atMs - performance.now()));
  const beganMs = performance.now();
  await Promise.all(
    step.faults.map(async ({ fault, drawn }) => {
      const fromMs = performance.now();
      await withinLimit(fault.inject(scene, drawn), `"${fault.name}" is not over`);
      if (fault.losesMs === undefined) return;
      windows.push({ fromMs: fromMs - fault.losesMs, untilMs: performance.now(), why: fault.name });
    }),
  );
  const healedMs = performance.now();
  await scene.workload.untilSpoken(1).catch((error: unknown) => {
    say(`#${step.number} is not over: ${described(step)}\n${lastWords(scene)}`);
    throw error;
  });
  const untilMs = performance.now();
  for (const { fault } of step.faults) {
    if (!disturbsCommits(fault)) continue;
    scene.workload.disturbances.push({ fromMs: beganMs - (fault.losesMs ?? 0), untilMs });
  }
  const lastedMs = healedMs - beganMs;
  const recoveredMs = untilMs - healedMs;
  const times = `lasted ${(lastedMs / 1000).toFixed(1)} s, recovered after ${(recoveredMs / 1000).toFixed(1)} s`;
  say(`#${step.number} ${times}: ${step.faults.map(({ fault }) => fault.name).join('  with  ')}`);
  return { step, atMs: beganMs - sinceMs, lastedMs, recoveredMs };
}

const faultLimitMs = 180_000;

async function withinLimit(work: Promise<void>, otherwise: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = new Error(`${otherwise} after ${faultLimitMs / 1000} s`);
    timer = setTimeout(() => reject(why), faultLimitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const shown = 12;

/** Of those who are not heard, and of the nodes. */
function lastWords({ workload, nodes }: ChaosScene): string {
  const failures = workload.traffic.failures.slice(-shown).map(({ groupId, requestId, answer, times }) => {
    const what = answer.type === 'refused' ? answer.code : answer.type;
    return `${groupId}: ${requestId}: ${what} after ${Math.round((times?.answeredMs ?? 0) - (times?.sentMs ?? 0))} ms`;
  });
  const lines = nodes.all.flatMap(({ url, output }) => [url, ...output.trim().split('\n').slice(-shown)]);
  return [...failures, ...lines].join('\n');
}

/** What is still under way arrives first: webhooks get one message of a group after the other. */
async function judge(scene: ChaosScene): Promise<Pick<Findings, 'history' | 'violations'>> {
  let least = Number.POSITIVE_INFINITY;
  let giveUpAtMs = 0;
  for (;;) {
    const history: RunHistory = await scene.workload.traffic.history().catch((error: unknown) => {
      say(`The logs cannot be read:\n${lastWords(scene)}`);
      throw error;
    });
    const violations = checkHistory(withoutAnnouncedLoss(history));
    if (violations.length < least) giveUpAtMs = performance.now() + patienceMs;
    least = Math.min(least, violations.length);
    if (violations.length === 0 || performance.now() > giveUpAtMs) return { history, violations };
    await pause(lookEveryMs);
  }
}

/** Explained is what the webhook of the run has refused for good. */
async function deadLettersIn({ receiver, nodes }: ChaosScene): Promise<Findings['deadLetters']> {
  const letters = await deadLettersOf(nodes.url);
  const isExplained = ({ kind, entry }: (typeof letters)[number]) =>
    kind === 'notifier' && entry.type === 'message' && receiver.refused.has(entry.message ?? '');
  return {
    explained: letters.filter(isExplained).length,
    unexplained: letters
      .filter((letter) => !isExplained(letter))
      .map(({ kind, entry, reason }) => `${kind}: ${entry.message_id} of ${entry.group_id}: ${reason}`),
  };
}

function failuresOf({ violations, losses, deadLetters, before, after, reads }: Findings): readonly string[] {
  const { undocumented } = losses;
  return [
    ...(violations.length > 0 ? [`${violations.length} violations`] : []),
    ...(undocumented.length > 0 ? [`${undocumented.length} acks lost outside of what is documented`] : []),
    ...(deadLetters.unexplained.length > 0
      ? [`${deadLetters.unexplained.length} dead letters unexplained`]
      : []),
    ...(reads.refused['internal'] === undefined ? [] : ['a read was answered with "internal"']),
    ...growth(before, after),
  ];
}
