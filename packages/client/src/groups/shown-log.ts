/** What the application was shown of a log: up to which seq, and in which epoch each seq was. */
import type { Subscription } from '@plenum/protocol';
import type { Entry, KnownPosition, SeqRange } from './entry.ts';

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
