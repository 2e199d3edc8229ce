import type { Nudge, Nudges } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { InTurn } from './later.ts';

/** The port `Nudges` in one process: nothing is lost, and nobody is called within `send`. */
export class MemoryNudges implements Nudges {
  readonly #watched = new Set<UserId>();
  readonly #inTurn: InTurn;
  #listener: ((nudge: Nudge) => void) | null = null;

  constructor(inTurn: InTurn) {
    this.#inTurn = inTurn;
  }

  send(nudge: Nudge): void {
    if (!this.#watched.has(nudge.userId)) return;
    setImmediate(() => this.#listener?.(nudge));
  }

  listen(listener: (nudge: Nudge) => void): void {
    this.#listener = listener;
  }

  watch(userId: UserId): Promise<void> {
    this.#watched.add(userId);
    return this.#inTurn(() => {});
  }

  unwatch(userId: UserId): void {
    this.#watched.delete(userId);
  }

  /** Hands nothing out any more. */
  stop(): void {
    this.#watched.clear();
    this.#listener = null;
  }
}
