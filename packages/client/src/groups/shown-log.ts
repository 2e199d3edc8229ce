/**
 * What the application was shown of a log: up to which seq, in which epoch each seq was, and whether that was the end of the
 * user's range.
 */
import type { Subscription } from '@plenum/protocol';
import type { Entry, KnownPosition, SeqRange } from './effects.ts';

const runsMax = 8;

/** Consecutive seqs of one epoch. */
interface Run {
  readonly epoch: string;
  readonly fromSeq: number;
}

export class ShownLog {
  /** Of the last entry shown, or of the log where showing begins; empty: the group is not known yet. */
  readonly epoch: string;
  readonly lastSeq: number;
  /** First seq that was shown. */
  readonly firstSeq: number;
  readonly #runs: readonly Run[];

  private constructor(at: Pick<ShownLog, 'epoch' | 'lastSeq' | 'firstSeq'>, runs: readonly Run[]) {
    this.epoch = at.epoch;
    this.lastSeq = at.lastSeq;
    this.firstSeq = at.firstSeq;
    this.#runs = runs;
  }

  static readonly nothing = ShownLog.after('', 0);

  /** Showing begins after `lastSeq`. */
  static after(epoch: string, lastSeq: number): ShownLog {
    return new ShownLog({ epoch, lastSeq, firstSeq: lastSeq + 1 }, []);
  }

  /** An earlier process stopped at `lastSeq`; it counts as if everything before had been shown. */
  static upTo(epoch: string, lastSeq: number): ShownLog {
    return new ShownLog({ epoch, lastSeq, firstSeq: 1 }, [{ epoch, fromSeq: 1 }]);
  }

  and({ epoch, seq }: Entry): ShownLog {
    const isSame = this.#runs.at(-1)?.epoch === epoch;
    const runs = isSame ? this.#runs : [...this.#runs, { epoch, fromSeq: seq }].slice(-runsMax);
    return new ShownLog({ epoch, lastSeq: seq, firstSeq: this.firstSeq }, runs);
  }

  /** Entries up to `lastSeq` no longer exist. */
  skippedTo(epoch: string, lastSeq: number): ShownLog {
    return new ShownLog({ epoch, lastSeq, firstSeq: this.firstSeq }, this.#runs);
  }

  /** As if nothing after `lastSeq` had been shown. */
  cutTo(lastSeq: number, logEpoch: string): ShownLog {
    const epoch = this.epochAt(lastSeq);
    return epoch === null ? ShownLog.after(logEpoch, lastSeq) : this.backTo({ epoch, seq: lastSeq });
  }

  /** As it was when that entry of this log was the last one shown. */
  backTo({ epoch, seq: lastSeq }: KnownPosition): ShownLog {
    const runs = this.#runs.filter(({ fromSeq }) => fromSeq <= lastSeq);
    return new ShownLog({ epoch, lastSeq, firstSeq: this.firstSeq }, runs);
  }

  /** The attach begins where this ended, or before, in the same epoch. */
  isContinuedBy(at: Pick<Subscription, 'epoch' | 'from_seq' | 'head_seq'>): boolean {
    return at.epoch === this.epoch && at.from_seq <= this.lastSeq + 1 && this.lastSeq <= at.head_seq;
  }

  /** Null: it was never shown, or too long ago. */
  epochAt(seq: number): string | null {
    return this.#runs.findLast(({ fromSeq }) => fromSeq <= seq)?.epoch ?? null;
  }

  /** From `seq` on, as far as it was shown. */
  from(seq: number): SeqRange | null {
    return seq > this.lastSeq ? null : { from: seq, to: this.lastSeq };
  }
}

/** Entries that can be the last of a user's range; those of another user end nothing. */
const endings: ReadonlySet<Entry['type']> = new Set([
  'left',
  'kicked',
  'banned',
  'rejected',
  'requested',
  'deleted',
]);

/**
 * Whether the user's range of the log has ended with what was shown. A `deleted` entry ends it by itself. Any other end
 * takes two signs, in either order: a `membership` push, and a last shown entry that can be an end. So a push that comes
 * before or long after its entry never ends a range that continues; at worst the client sends a position that the server
 * refuses. Example: the user is kicked at seq 7 and joins again at 9. The late push about the kick arrives after 9 was
 * shown: 9 is no end, so the range continues.
 */
export class ReceivingRange {
  #isEndAnnounced = false;
  #canBeEnd = false;
  #isDeleted = false;

  get isEnded(): boolean {
    return this.#isDeleted || (this.#isEndAnnounced && this.#canBeEnd);
  }
  /** Another range begins, or the server continues this one. */
  begin(): void {
    this.#isEndAnnounced = false;
    this.#canBeEnd = false;
    this.#isDeleted = false;
  }

  shown(entry: Entry): void {
    if (this.isEnded) this.begin();
    this.#canBeEnd = endings.has(entry.type);
    this.#isDeleted = entry.type === 'deleted';
  }

  /** The group is off, so its last entry will not be shown. */
  endUnseen(): void {
    this.#isEndAnnounced = true;
    this.#canBeEnd = true;
  }

  /** A range that has ended stays so: the next one begins with an entry, an attach or an answer. */
  onMembership(isReceiver: boolean): void {
    if (!this.isEnded) this.#isEndAnnounced = !isReceiver;
  }
}
