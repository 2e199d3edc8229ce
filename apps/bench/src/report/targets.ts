/** What the project wants to reach, shown beside what was reached; never a reason to fail. */
import type { IdleRow, LoadRow } from './summary.ts';
import { verdictOf } from './table.ts';

interface Target {
  /** At least this many times the messages per second of B0. */
  readonly messagesRatio: number;
  /** At most this part of B0's CPU per delivery. */
  readonly cpuRatio: number;
}

const targets: Readonly<Record<string, Target>> = {
  '1x500': { messagesRatio: 15, cpuRatio: 1 / 15 },
  '5x100': { messagesRatio: 8, cpuRatio: 1 / 8 },
  '50x10': { messagesRatio: 3, cpuRatio: 1 / 3 },
  '200x2': { messagesRatio: 2, cpuRatio: 1 / 2 },
};

export const targetFor = (shape: string): Target | null => targets[shape] ?? null;

/** From this size on the tail counts too: a smaller group is one write, and its tail is the scheduler's. */
const tailFromMembers = 50;

const membersOf = (shape: string) => Number(shape.split('x')[1] ?? 0);

/** p50 may cost one round trip to Redis more, the tail nothing. */
export function latencyTarget(row: LoadRow, baseline: LoadRow | undefined): string {
  const [own, bare] = [row.deliveryLatency, baseline?.deliveryLatency ?? null];
  if (row.system !== 'Plenum' || own === null || bare === null) return '';
  const p50 = own.p50Us <= bare.p50Us + (row.redisRoundTripUs?.median ?? 0);
  const median = `p50 ≤ B0 + round trip: ${verdictOf(p50)}`;
  if (membersOf(row.shape) < tailFromMembers) return median;
  const [p99, p999] = [own.p99Us <= bare.p99Us, own.p999Us <= bare.p999Us];
  return `${median}; p99 ≤ B0: ${verdictOf(p99)}; p99.9 ≤ B0: ${verdictOf(p999)}`;
}

export function idleTarget(row: IdleRow, baseline: IdleRow | undefined): string {
  const [own, bare] = [row.rssBytesPerConnection?.median, baseline?.rssBytesPerConnection?.median];
  if (row.system !== 'Plenum' || own === undefined || bare === undefined) return '';
  return `≤ B0: ${verdictOf(own <= bare)}`;
}
