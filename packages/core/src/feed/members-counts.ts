/** Pushes the number of members of one group to its devices here, at most once a second. */
import type { Clock } from '../ports/runtime.ts';

const pauseMs = 1000;

export class MembersCounts {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #push: (count: number) => void;
  #count: number | null = null;
  #pushedCount: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'after'>, push: (count: number) => void) {
    this.#clock = clock;
    this.#push = push;
  }

  /** Pushes the count now, or at the end of the pause after the last push if it is another one then. */
  note(count: number): void {
    this.#count = count;
    if (this.#cancel === null) this.#pushNext();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #pushNext(): void {
    this.#cancel = null;
    if (this.#count === null || this.#count === this.#pushedCount) return;
    this.#pushedCount = this.#count;
    this.#push(this.#count);
    this.#cancel = this.#clock.after(pauseMs, () => this.#pushNext());
  }
}
