import type { LogHead } from '../groups/records.ts';

/**
 * The epochs of one unbroken log: each finished epoch with its last seq, and the current epoch, which is open. A
 * position off the chain belongs to a log that was lost or replaced.
 *
 * Example: a log is at (a, 120) when a failover promotes a replica that has entries up to 117. The next append begins
 * epoch b: the entry is (b, 118), and the head says `past: [{ epoch: 'a', endSeq: 117 }]`. A device at (a, 115)
 * continues, because 115 <= 117. A device at (a, 119) has seen two entries that are lost: it gets `resync`.
 */
export class EpochChain {
  #current: string | null = null;
  #ends = new Map<string, number>();

  get current(): string | null {
    return this.#current;
  }

  adopt(head: LogHead): void {
    this.#current = head.epoch;
    this.#ends = new Map(head.past.map((past) => [past.epoch, past.endSeq]));
    this.#ends.set(head.epoch, Number.POSITIVE_INFINITY);
  }

  /** `lost`: a failover lost the entry; no log has it. `unknown`: the epoch is not in the chain, so read the head. */
  judge(epoch: string, seq: number): 'continues' | 'lost' | 'unknown' {
    const end = this.#ends.get(epoch);
    if (end === undefined) return 'unknown';
    return seq <= end ? 'continues' : 'lost';
  }

  /** True when `head` was read before the chain moved on to its present epoch. */
  isPast(head: LogHead): boolean {
    return head.epoch !== this.#current && this.#ends.has(head.epoch);
  }
}

/** A position (epoch, seq) is good if its epoch is current and seq ≤ head, or finished and seq ≤ its end. */
export function isGoodPosition(epoch: string, seq: number, head: LogHead): boolean {
  return seq <= endOf(epoch, head);
}

/** @returns the last seq that the log has of an epoch; -1: it has no such epoch */
export const endOf = (epoch: string, head: LogHead): number =>
  epoch === head.epoch ? head.seq : (head.past.find((past) => past.epoch === epoch)?.endSeq ?? -1);

export interface FeedPosition {
  readonly epoch: string | null;
  readonly seq: number;
}

/**
 * The lowest seq that `head` can have if the log lost nothing, when the feed was at `known` before the read; 0 for
 * another epoch.
 */
export const lowerBoundFor = (head: LogHead, known: FeedPosition): number =>
  head.epoch === known.epoch ? known.seq : 0;
