/** Runs at most `atOnce` tasks at the same time; the others wait in order. */
export class Limiter {
  readonly #atOnce: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @param task must never reject */
  run(task: () => Promise<void>): void {
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
