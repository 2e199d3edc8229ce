/** One receiver's view of one numbered stream: what it lacks, what it got twice, what came out of order. */

interface Gap {
  readonly from: number;
  readonly to: number;
}

export class NumberStream {
  duplicated = 0;
  reordered = 0;
  #first: number | null = null;
  #last = 0;
  #gaps: readonly Gap[] = [];

  get last(): number {
    return this.#last;
  }

  /** Whatever comes has to start at `first`; numbers may have come already. */
  begin(first: number): void {
    if (this.#first === null) {
      this.#first = first;
      this.#last = first - 1;
    } else if (this.#first > first) {
      this.#gaps = [{ from: first, to: this.#first - 1 }, ...this.#gaps];
      this.#first = first;
    }
  }

  accept(number: number): void {
    if (number === this.#last + 1 && this.#first !== null) this.#last = number;
    else this.#acceptOdd(number);
  }

  /** @param head the last number that was sent. @returns how many of all up to it never came. */
  lost(head: number): number {
    const inGaps = this.#gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return inGaps + (this.#first === null ? 0 : Math.max(0, head - this.#last));
  }

  #acceptOdd(number: number): void {
    if (this.#first === null) {
      this.begin(number);
      this.#last = number;
    } else if (number > this.#last) {
      this.#gaps = [...this.#gaps, { from: this.#last + 1, to: number - 1 }];
      this.#last = number;
    } else if (this.#gaps.some((gap) => isIn(gap, number))) {
      this.reordered += 1;
      this.#gaps = this.#gaps.flatMap((gap) => (isIn(gap, number) ? without(gap, number) : [gap]));
    } else {
      this.duplicated += 1;
    }
  }
}

const isIn = ({ from, to }: Gap, number: number) => from <= number && number <= to;

const without = ({ from, to }: Gap, number: number): Gap[] =>
  [
    { from, to: number - 1 },
    { from: number + 1, to },
  ].filter((gap) => gap.from <= gap.to);
