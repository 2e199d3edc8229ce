/** What a chaos run prints: the schedule before, each fault when it is over, and the verdict with its figures. */
import { harms, type RunHistory, type Violation } from '@plenum/testkit';
import type { Losses } from './losses.ts';
import type { Reads } from './reading.ts';
import type { Figures, Quiet } from './resources.ts';
import type { Step } from './schedule.ts';

export interface Injected {
  readonly step: Step;
  /** Since the first fault could come. */
  readonly atMs: number;
  readonly lastedMs: number;
  /** From its end until each group has a new ack. */
  readonly recoveredMs: number;
}

export interface Findings {
  readonly history: RunHistory;
  readonly violations: readonly Violation[];
  readonly losses: Losses;
  readonly injected: readonly Injected[];
  readonly failovers: number;
  readonly reads: Reads;
  readonly deadLetters: { readonly explained: number; readonly unexplained: readonly string[] };
  readonly before: Quiet;
  readonly after: Quiet;
  readonly figures: readonly Figures[];
}

const shown = 10;
const rows = 12;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.floor(share * (sorted.length - 1))] ?? 0;

export function report(findings: Findings): string {
  const { history, violations, losses, injected, reads, deadLetters, before, after } = findings;
  const acks = history.sends.filter(({ answer }) => answer.type === 'ack').length;
  const changes = (history.changes ?? []).filter(({ answer }) => answer.type === 'ack').length;
  const got = history.deliveries.reduce((sum, { entries }) => sum + entries.length, 0);
  const recoveries = injected.map(({ recoveredMs }) => recoveredMs).toSorted((a, b) => a - b);
  const lost = Object.entries(losses.documented);
  return [
    `${injected.length} steps, ${injected.reduce((sum, { step }) => sum + step.faults.length, 0)} faults, ${findings.failovers} failovers seen`,
    `${history.sends.length} sends, ${acks} acknowledged, ${changes} changes acknowledged, ${got} entries received`,
    `reads: ${reads.answered} answered, ${reads.unanswered} unanswered, refused ${JSON.stringify(reads.refused)}`,
    `every group speaks again after a fault: median ${seconds(percentile(recoveries, 0.5))}, longest ${seconds(percentile(recoveries, 1))}`,
    harms.map((harm) => `${harm} = ${violations.filter((one) => one.harm === harm).length}`).join(', '),
    ...violations.slice(0, shown).map(({ invariant, what }) => `  ${invariant} ${what}`),
    `acks lost as documented: ${lost.length === 0 ? 'none' : lost.map(([why, count]) => `${count} by ${why}`).join(', ')}`,
    `acks lost otherwise: ${losses.undocumented.length}`,
    ...losses.undocumented.slice(0, shown).map((what) => `  ${what}`),
    `dead letters: ${deadLetters.explained} explained, ${deadLetters.unexplained.length} not`,
    ...deadLetters.unexplained.slice(0, shown).map((what) => `  ${what}`),
    `heap after a collection: ${before.heaps.join(', ')} MiB, at the end ${after.heaps.join(', ')} MiB`,
    ...table(findings.figures, after.figures),
  ].join('\n');
}

function table(figures: readonly Figures[], last: Figures): readonly string[] {
  const every = Math.max(1, Math.ceil(figures.length / rows));
  const chosen = [...figures.filter((_, i) => i % every === 0), last];
  return [
    '  at s | RSS of nodes, MiB    | files         | keys  | timed keys | Redis, MiB',
    ...chosen.map(({ atSec, rssMib, files, keys, timedKeys, redisMib }) =>
      [
        String(atSec).padStart(6),
        rssMib.join(' ').padEnd(20),
        files.join(' ').padEnd(13),
        String(keys).padStart(5),
        String(timedKeys).padStart(10),
        String(redisMib).padStart(10),
      ].join(' | '),
    ),
  ];
}
