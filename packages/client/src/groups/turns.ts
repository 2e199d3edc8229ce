/** Lets a bounded number of tasks run at a time, the others in the order they came. */
export class Turns {
  readonly #atOnce: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @param task never rejects. */
  take(task: () => Promise<void>): void {
    this.#waiting.push(task);
    this.#next();
  }

  #next(): void {
    if (this.#running >= this.#atOnce) return;
    const task = this.#waiting.shift();
    if (task === undefined) return;
    this.#running += 1;
    const done = () => {
      this.#running -= 1;
      this.#next();
    };
    task().then(done, done);
  }
}
