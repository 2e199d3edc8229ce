/** One receiver's view of one numbered stream: what it lacks, what it got twice, what came out of order. */

interface Hole {
  readonly from: number;
  readonly to: number;
}

export class NumberStream {
  duplicated = 0;
  reordered = 0;
  #first: number | null = null;
  #last = 0;
  #holes: readonly Hole[] = [];

  get last(): number {
    return this.#last;
  }

  /** Whatever comes has to start at `first`; numbers may have come already. */
  begin(first: number): void {
    if (this.#first === null) {
      this.#first = first;
      this.#last = first - 1;
    } else if (this.#first > first) {
      this.#holes = [{ from: first, to: this.#first - 1 }, ...this.#holes];
      this.#first = first;
    }
  }

  accept(number: number): void {
    if (number === this.#last + 1 && this.#first !== null) this.#last = number;
    else this.#acceptOdd(number);
  }

  /** @param head the last number that was sent. @returns how many of all up to it never came. */
  lost(head: number): number {
    const inHoles = this.#holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return inHoles + (this.#first === null ? 0 : Math.max(0, head - this.#last));
  }

  #acceptOdd(number: number): void {
    if (this.#first === null) {
      this.begin(number);
      this.#last = number;
    } else if (number > this.#last) {
      this.#holes = [...this.#holes, { from: this.#last + 1, to: number - 1 }];
      this.#last = number;
    } else if (this.#holes.some((hole) => isIn(hole, number))) {
      this.reordered += 1;
      this.#holes = this.#holes.flatMap((hole) => (isIn(hole, number) ? without(hole, number) : [hole]));
    } else {
      this.duplicated += 1;
    }
  }
}

const isIn = ({ from, to }: Hole, number: number) => from <= number && number <= to;

const without = ({ from, to }: Hole, number: number): Hole[] =>
  [
    { from, to: number - 1 },
    { from: number + 1, to },
  ].filter((hole) => hole.from <= hole.to);
