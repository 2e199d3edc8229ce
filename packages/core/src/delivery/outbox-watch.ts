/** Polls the outboxes of all idle partitions of this node in one call, and wakes those that have entries. */

import { runLoop } from '../concurrency/run-loop.ts';
import type { Outbox } from '../ports/outbox.ts';
import { type Clock, type Logger, sleep } from '../ports/runtime.ts';

export interface OutboxWatchDeps {
  readonly outbox: Pick<Outbox, 'waiting'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tickMs: number;
}

export class OutboxWatch {
  readonly #deps: OutboxWatchDeps;
  readonly #idle = new Map<number, Set<() => void>>();
  #looking: AbortController | null = null;
  #users = 0;

  constructor(deps: OutboxWatchDeps) {
    this.#deps = deps;
  }

  /** Polls while it has users. @returns a function that ends this use */
  use(): () => void {
    this.#users += 1;
    if (this.#looking === null) this.#begin();
    return () => {
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#looking?.abort();
      this.#looking = null;
    };
  }

  /** Resolves when the outbox has entries, when the time is over, or when the signal aborts. */
  async untilWaiting(partition: number, atMostMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const woken = new AbortController();
    const wake = () => woken.abort();
    const sleepers = this.#idle.get(partition) ?? new Set();
    this.#idle.set(partition, sleepers.add(wake));
    signal.addEventListener('abort', wake, { once: true });
    await sleep(this.#deps.clock, atMostMs, woken.signal);
    signal.removeEventListener('abort', wake);
    sleepers.delete(wake);
    if (sleepers.size === 0) this.#idle.delete(partition);
  }

  #begin(): void {
    const { clock, logger, tickMs } = this.#deps;
    const looking = new AbortController();
    this.#looking = looking;
    const { signal } = looking;
    runLoop('outboxes', () => this.#look(), { clock, logger, everyMs: tickMs, signal });
  }

  async #look(): Promise<void> {
    const partitions = [...this.#idle.keys()];
    if (partitions.length === 0) return;
    for (const partition of await this.#deps.outbox.waiting(partitions)) {
      for (const wake of [...(this.#idle.get(partition) ?? [])]) wake();
    }
  }
}
