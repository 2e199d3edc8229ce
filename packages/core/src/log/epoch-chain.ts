import type { LogHead } from '../groups/records.ts';

/**
 * Which positions one unbroken log has gone through: each finished epoch with the last seq that belongs to it, and the
 * current one, which is open. A position off the chain belongs to a log that was lost or replaced.
 *
 * Example: a log is at (a, 120) when a failover promotes a replica that had got entries up to 117. The next append begins
 * epoch b: the entry is (b, 118), and the head says `past: [{ epoch: 'a', endSeq: 117 }]`. A device at (a, 115) continues,
 * for 115 <= 117. A device at (a, 119) has seen two entries that are lost: it gets `resync`.
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

  /** `lost`: a failover has lost the entry; it is in no log. `unknown`: ask for the head. */
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
  if (epoch === head.epoch) return seq <= head.seq;
  const past = head.past.find((candidate) => candidate.epoch === epoch);
  return past !== undefined && seq <= past.endSeq;
}

export interface FeedPosition {
  readonly epoch: string | null;
  readonly seq: number;
}

/** The seq that `head`, read after the feed stood at `known`, cannot be below; a seq of another epoch says nothing. */
export const lowerBoundFor = (head: LogHead, known: FeedPosition): number =>
  head.epoch === known.epoch ? known.seq : 0;
