/**
 * Decides when which slice of leases is renewed: the renewals of all slices are spread over five turns, so a turn is
 * short, and each lease is renewed long before it ends. Pure; the caller brings the time.
 *
 * By example: a node holds 256 leases in 8 slices. A turn comes every 200 ms and renews 2 slices, so each lease is
 * renewed about once a second.
 */
import type { Lease } from '../ports/leases.ts';

/** Turns in which every slice is renewed once. */
const turnsPerCycle = 5;
/** The longest pause between two turns, ms. The works of a partition learn from a renewal what is due, so it is short. */
const longestTurnMs = 200;

/** Pause between two turns, ms. @param ttlMs how long a lease lasts */
export const turnEveryMs = (ttlMs: number): number => Math.min(longestTurnMs, ttlMs / 30);

type Slice = readonly Lease[];

export class RenewalTurns {
  /** A lease that was not renewed for this long, ms, is renewed in the next turn, however many there are. */
  readonly #overdueMs: number;
  /** For each partition: when its lease was granted, or when its latest renewal was sent that succeeded, ms. */
  readonly #renewedAtMs = new Map<number, number>();
  /** For each partition: when its lease was granted, or when its latest renewal was sent, ms. */
  readonly #triedAtMs = new Map<number, number>();
  /** Partitions whose renewal has no answer yet. */
  readonly #underWay = new Set<number>();

  constructor(ttlMs: number) {
    this.#overdueMs = ttlMs / 3;
  }

  granted(partition: number, atMs: number): void {
    this.#renewedAtMs.set(partition, atMs);
    this.#triedAtMs.set(partition, atMs);
  }

  /** @returns the slices to renew now, the longest waiting first. The caller calls `ended` for each of them */
  next(slices: readonly Slice[], nowMs: number): readonly Slice[] {
    const share = Math.ceil(slices.length / turnsPerCycle);
    const idle = slices.filter((slice) => !slice.some(({ partition }) => this.#underWay.has(partition)));
    // By the latest attempt: slices of a server that does not answer must not take the turns of the others.
    const byAttempt = idle
      .map((slice) => ({ slice, triedAtMs: oldest(slice, this.#triedAtMs) }))
      .sort((one, other) => one.triedAtMs - other.triedAtMs);
    const chosen = byAttempt.filter(({ slice }, at) => at < share || this.#isOverdue(slice, nowMs));
    for (const { slice } of chosen) for (const { partition } of slice) this.#begin(partition, nowMs);
    return chosen.map(({ slice }) => slice);
  }

  /** @param sentAtMs when the renewal was sent */
  ended(slice: Slice, renewed: ReadonlySet<number>, sentAtMs: number): void {
    for (const { partition } of slice) {
      this.#underWay.delete(partition);
      if (renewed.has(partition)) this.#renewedAtMs.set(partition, sentAtMs);
    }
  }

  #begin(partition: number, nowMs: number): void {
    this.#underWay.add(partition);
    this.#triedAtMs.set(partition, nowMs);
  }

  #isOverdue(slice: Slice, nowMs: number): boolean {
    return nowMs - oldest(slice, this.#renewedAtMs) >= this.#overdueMs;
  }
}

const oldest = (slice: Slice, timesMs: ReadonlyMap<number, number>): number =>
  Math.min(...slice.map(({ partition }) => timesMs.get(partition) ?? 0));
