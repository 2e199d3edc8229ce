/**
 * Keeps a number of workers running. A worker that ends is replaced: after 100 ms, and after a pause that doubles up
 * to 10 s while new ones end within 10 s.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { pino } from 'pino';
import type { WorkerEnd, WorkerProcess } from './worker-process.ts';

/** A worker that has served for this long was no failed start, ms. */
const settledMs = 10_000;
const shortestPauseMs = 100;
const longestPauseMs = 10_000;
/** Failed starts in a row after which the crew gives up, if no worker serves. */
const failedStartsMax = 5;

export interface CrewOptions {
  readonly size: number;
  readonly hire: () => WorkerProcess;
  readonly logger: pino.Logger;
  /** Called for each worker that has ended, before it is replaced. */
  readonly onEnded: (worker: WorkerProcess) => void;
  /** Called once when no worker serves and new ones end as they start. */
  readonly onGivenUp: () => void;
}

export class Crew {
  readonly #members = new Set<WorkerProcess>();
  readonly #options: CrewOptions;
  #isStopping = false;
  #hasGivenUp = false;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** The workers that are ready and have not ended, also those that drain. */
  get ready(): readonly WorkerProcess[] {
    return [...this.#members].filter(({ url }) => url !== null);
  }

  /** True if a worker other than this one takes new connections, and continues to. */
  doOthersAccept(worker: WorkerProcess): boolean {
    return !this.#isStopping && [...this.#members].some((other) => other !== worker && other.accepts);
  }

  /**
   * Starts the first worker and, when it is ready, the others: what is wrong with the configuration is reported once.
   * Resolves when each has become ready or has failed once.
   * @returns the URL, and the link of the console; null if the first worker has ended before it was ready: it has said why
   */
  async start(): Promise<{ readonly url: string; readonly consoleLink: string | null } | null> {
    const first = this.#hire();
    if (!(await first.ready)) return null;
    const others = this.#isStopping ? [] : Array.from({ length: this.#options.size - 1 }, () => this.#hire());
    for (const worker of [first, ...others]) void this.#keep(worker);
    await Promise.all(others.map(({ ready }) => ready));
    const { url, consoleLink } = first;
    return url === null ? null : { url, consoleLink };
  }

  /** Asks all workers to drain and end. @throws Error if one of them did not end by itself */
  async stop(reason: string, hurry?: { readonly withinMs: number }): Promise<void> {
    this.#isStopping = true;
    const members = [...this.#members];
    for (const member of members) member.stop(reason, hurry);
    const ends = await Promise.all(members.map(({ ended }) => ended));
    const bad = ends.find(({ isClean }) => !isClean);
    if (bad !== undefined) throw new Error(`a worker has ended by ${bad.how}`);
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const member of this.#members) member.kill();
  }

  #hire(): WorkerProcess {
    const worker = this.#options.hire();
    this.#members.add(worker);
    void worker.ended.then(() => {
      this.#members.delete(worker);
      this.#options.onEnded(worker);
    });
    return worker;
  }

  /** Replaces a worker, and each that follows it, when it has ended. */
  async #keep(first: WorkerProcess): Promise<void> {
    let failedStarts = 0;
    for (let worker = first; ; worker = this.#hire()) {
      const end = await worker.ended;
      failedStarts = end.servedMs >= settledMs || end.isClean ? 0 : failedStarts + 1;
      if (this.#isStopping) return;
      if (failedStarts >= failedStartsMax && this.ready.length === 0) return this.#giveUp(end);
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.max(0, failedStarts - 1));
      this.#log(worker, end, pauseMs);
      await pause(pauseMs);
      if (this.#isStopping) return;
    }
  }

  #log(worker: WorkerProcess, { how, isClean }: WorkerEnd, pauseMs: number): void {
    const fields = { of: worker.nodeId, pid: worker.pid, how, pauseMs };
    const { logger } = this.#options;
    if (isClean) logger.info(fields, 'a worker has ended; another one starts');
    else logger.error(fields, 'a worker has failed; another one starts');
  }

  #giveUp({ how }: WorkerEnd): void {
    if (this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    this.#options.logger.fatal({ how }, 'no worker serves, and new ones end as they start: giving up');
    this.#options.onGivenUp();
  }
}
