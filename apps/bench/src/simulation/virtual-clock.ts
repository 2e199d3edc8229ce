/** A clock whose time is that of its next task: hours of a cluster pass in seconds, and the same in every run. */
import type { Clock } from '@plenum/core';

interface Timer {
  readonly atMs: number;
  /** Tasks of one moment run in the order in which they were planned. */
  readonly order: number;
  task: (() => void) | null;
}

/** Turns of the event loop in which the promises of a task settle: the longest chain of calls of a node to its store takes four. */
const turnsToSettle = 5;

export class VirtualClock implements Clock {
  #nowMs = 0;
  #planned = 0;
  /** A binary heap: the next timer is the first. */
  readonly #timers: Timer[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#planned, task };
    this.#planned += 1;
    this.#push(timer);
    return () => {
      timer.task = null;
    };
  }

  /** Runs all tasks, and those that they plan. A promise that a task resolves is acted on before the next task. */
  async runAll(): Promise<void> {
    for (let task = this.#next(Infinity); task !== null; task = this.#next(Infinity)) {
      task();
      await null;
    }
  }

  /** Runs what is due until then; all that a task has begun with promises ends before the next one. */
  async runSettled(untilMs: number): Promise<void> {
    await settled();
    for (let task = this.#next(untilMs); task !== null; task = this.#next(untilMs)) {
      task();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): (() => void) | null {
    for (let first = this.#timers[0]; first !== undefined && first.atMs <= untilMs; first = this.#timers[0]) {
      this.#pop();
      if (first.task === null) continue;
      this.#nowMs = first.atMs;
      return first.task;
    }
    return null;
  }

  #push(timer: Timer): void {
    const timers = this.#timers;
    let at = timers.push(timer) - 1;
    for (;;) {
      const above = (at - 1) >> 1;
      const parent = timers[above];
      if (at === 0 || parent === undefined || isBefore(parent, timer)) break;
      timers[at] = parent;
      at = above;
    }
    timers[at] = timer;
  }

  #pop(): void {
    const timers = this.#timers;
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = timers[below];
      const right = timers[below + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        child = right;
        below += 1;
      }
      if (child === undefined || isBefore(last, child)) break;
      timers[at] = child;
      at = below;
    }
    timers[at] = last;
  }
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

async function settled(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn += 1)
    await new Promise<void>((resolve) => setImmediate(resolve));
}
