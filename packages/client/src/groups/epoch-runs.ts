const runsMax = 8;

interface Run {
  readonly epoch: string;
  readonly fromSeq: number;
}

/** Which epoch the application was shown each seq of: after a rollback it tells where the log still agrees. */
export class EpochRuns {
  /** First seq that the application was shown. */
  readonly firstSeq: number;
  #runs: Run[];

  constructor(epoch: string, firstSeq: number) {
    this.firstSeq = firstSeq;
    this.#runs = [{ epoch, fromSeq: firstSeq }];
  }

  note(epoch: string, seq: number): void {
    if (this.#runs.at(-1)?.epoch === epoch) return;
    this.#runs.push({ epoch, fromSeq: seq });
    if (this.#runs.length > runsMax) this.#runs.shift();
  }

  /** Null: it was never shown, or that is long ago. */
  epochAt(seq: number): string | null {
    return this.#runs.findLast(({ fromSeq }) => fromSeq <= seq)?.epoch ?? null;
  }

  /** @param seq not below `firstSeq`. */
  cutAfter(seq: number): void {
    this.#runs = this.#runs.filter(({ fromSeq }) => fromSeq <= seq);
  }
}
