/**
 * The entries that the application was shown: up to which seq, in which epochs, and whether the user's range (the entries of
 * one membership) has ended.
 */
import type { Subscription } from '@plenum/protocol';
import { type Entry, isChange, isRemoval, type KnownPosition, type SeqRange } from './effects.ts';

const runsMax = 8;

/** Consecutive seqs of one epoch. */
interface Run {
  readonly epoch: string;
  readonly fromSeq: number;
}

export class ShownLog {
  /** The epoch of the last shown entry, or of the log if none was shown yet. Empty if the group is not known yet. */
  declare readonly epoch: string;
  declare readonly lastSeq: number;
  /** The first seq that was shown. */
  declare readonly firstSeq: number;
  readonly #runs: readonly Run[];

  private constructor(at: Pick<ShownLog, 'epoch' | 'lastSeq' | 'firstSeq'>, runs: readonly Run[]) {
    Object.assign(this, at);
    this.#runs = runs;
  }

  /** A log of which nothing was shown yet; the first entry is the one after `lastSeq`. */
  static after(epoch: string, lastSeq: number): ShownLog {
    return new ShownLog({ epoch, lastSeq, firstSeq: lastSeq + 1 }, []);
  }

  /** A log that an earlier process has shown up to `lastSeq`; all entries before count as shown. */
  static upTo(epoch: string, lastSeq: number): ShownLog {
    return new ShownLog({ epoch, lastSeq, firstSeq: 1 }, [{ epoch, fromSeq: 1 }]);
  }

  and({ epoch, seq }: Entry): ShownLog {
    const isSame = this.#runs.at(-1)?.epoch === epoch;
    const runs = isSame ? this.#runs : [...this.#runs, { epoch, fromSeq: seq }].slice(-runsMax);
    return new ShownLog({ ...this, epoch, lastSeq: seq }, runs);
  }

  /** The last entry that was shown, or skipped. */
  get position(): KnownPosition {
    return { epoch: this.epoch, seq: this.lastSeq };
  }

  /** Skips entries up to `lastSeq` that no longer exist. */
  skippedTo(epoch: string, lastSeq: number): ShownLog {
    return new ShownLog({ ...this, epoch, lastSeq }, this.#runs);
  }

  /** Forgets the entries after `lastSeq`. */
  cutTo(lastSeq: number, logEpoch: string): ShownLog {
    const epoch = this.epochAt(lastSeq);
    return epoch === null ? ShownLog.after(logEpoch, lastSeq) : this.backTo({ epoch, seq: lastSeq });
  }

  /** Returns to the state in which that entry was the last one shown. */
  backTo({ epoch, seq: lastSeq }: KnownPosition): ShownLog {
    const runs = this.#runs.filter(({ fromSeq }) => fromSeq <= lastSeq);
    return new ShownLog({ ...this, epoch, lastSeq }, runs);
  }

  /** True if the attach begins where this log ended, or before, in the same epoch. */
  isContinuedBy(at: Pick<Subscription, 'epoch' | 'from_seq' | 'head_seq'>): boolean {
    return at.epoch === this.epoch && at.from_seq <= this.lastSeq + 1 && this.lastSeq <= at.head_seq;
  }

  /** @returns the epoch in which `seq` was shown; null if it was not shown, or too long ago */
  epochAt(seq: number): string | null {
    return this.#runs.findLast(({ fromSeq }) => fromSeq <= seq)?.epoch ?? null;
  }

  /** @returns the shown entries from `seq` on; null if there are none */
  from(seq: number): SeqRange | null {
    return seq > this.lastSeq ? null : { from: seq, to: this.lastSeq };
  }
}

/** Types of entries that can end a user's range, if they are about this user. */
const endings: readonly Entry['type'][] = [
  'left',
  'kicked',
  'banned',
  'rejected',
  'request_expired',
  'requested',
  'deleted',
];

/** A take-down of a message is a change of type `deleted` too, and ends nothing. */
const isEndOfLog = (entry: Entry): boolean => entry.type === 'deleted' && !isChange(entry);

const canEndRange = (entry: Entry): boolean =>
  isRemoval(entry) || (endings.includes(entry.type) && !isChange(entry));

/**
 * Decides whether the user's range has ended. An entry `deleted` ends it. Any other end needs two signs, in either order: a
 * `membership` push, and a last shown entry of a type that can end a range. So a push that arrives before or long after its
 * entry never ends a range that continues; at worst the client sends a position that the server refuses. Example: the user is
 * kicked at seq 7 and joins again at 9. The late push about the kick arrives after 9 was shown. `joined` cannot end a range,
 * so the range continues.
 */
export class ReceivingRange {
  #isEndAnnounced = false;
  #canBeEnd = false;

  get isEnded(): boolean {
    return this.#isEndAnnounced && this.#canBeEnd;
  }

  /** A new range begins, or the server continues this one. */
  begin(): void {
    this.#isEndAnnounced = false;
    this.#canBeEnd = false;
  }

  shown(entry: Entry): void {
    if (this.isEnded) this.begin();
    this.#canBeEnd = canEndRange(entry);
    if (isEndOfLog(entry)) this.end();
  }

  /** The range has ended, whatever follows about it. */
  end(): void {
    this.#isEndAnnounced = true;
    this.#canBeEnd = true;
  }

  /** A push about the user's membership. An ended range stays ended: the next one begins with an entry, attach or answer. */
  onMembership(isReceiver: boolean): void {
    if (!this.isEnded) this.#isEndAnnounced = !isReceiver;
  }
}
