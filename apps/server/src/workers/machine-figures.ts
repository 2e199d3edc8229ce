/**
 * The figures of a machine: the sums over its processes. Counters keep what workers that have ended had counted, so
 * they never fall while the primary runs.
 */
import {
  addUp,
  addUpFigures,
  lastingFigures,
  type ProcessFigures,
  readProcessFigures,
} from '@plenum/gateway';

/** A worker that does not answer within this time, ms, counts with its last figures. */
const patienceMs = 1000;

/** @template W a worker */
export class MachineFigures<W> {
  readonly #last = new Map<W, ProcessFigures>();
  readonly #waiting = new Map<W, Set<() => void>>();
  /** Of ended workers; a later one contains all earlier ones. */
  #retired: Promise<ProcessFigures> = Promise.resolve([]);

  received(worker: W, figures: ProcessFigures): void {
    this.#last.set(worker, figures);
    this.#resume(worker);
  }

  ended(worker: W): void {
    const last = lastingFigures(this.#last.get(worker) ?? []);
    this.#last.delete(worker);
    this.#resume(worker);
    this.#retired = this.#retired.then((sum) => addUpFigures([sum, last]));
  }

  /** @returns the sums as text for Prometheus */
  async text(workers: Iterable<W>, ask: (worker: W) => void): Promise<string> {
    await Promise.all([...workers].map((worker) => this.#fresh(worker, ask)));
    const own = await readProcessFigures();
    return addUp([own, await this.#sumOfRetired(), ...this.#last.values()]);
  }

  /** Resolves with the sum that belongs to `#last` as it is then. */
  async #sumOfRetired(): Promise<ProcessFigures> {
    for (;;) {
      const retired = this.#retired;
      const sum = await retired;
      if (retired === this.#retired) return sum;
    }
  }

  #fresh(worker: W, ask: (worker: W) => void): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, patienceMs);
      const waiting = this.#waiting.get(worker) ?? new Set();
      this.#waiting.set(worker, waiting.add(done));
      ask(worker);
      function done(): void {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      }
    });
  }

  #resume(worker: W): void {
    for (const done of this.#waiting.get(worker) ?? []) done();
    this.#waiting.delete(worker);
  }
}
