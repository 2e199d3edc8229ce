import type { Cut, Nudge, Nudges, OwnNote } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';

/** The port `Nudges` in one process. It loses nothing, and calls no listener within `send`. */
export class MemoryNudges implements Nudges {
  readonly #watched = new Set<UserId>();
  readonly #defer: Defer;
  #listener: ((nudge: Nudge) => void) | null = null;
  #cutListener: ((cut: Cut) => void) | null = null;
  #noteListener: ((note: OwnNote) => void) | null = null;

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  send(nudge: Nudge): void {
    if (!this.#watched.has(nudge.userId)) return;
    setImmediate(() => this.#listener?.(nudge));
  }

  listen(listener: (nudge: Nudge) => void): void {
    this.#listener = listener;
  }

  cut(cut: Cut): void {
    if (!this.#watched.has(cut.userId)) return;
    setImmediate(() => this.#cutListener?.(cut));
  }

  onCut(listener: (cut: Cut) => void): void {
    this.#cutListener = listener;
  }

  note(note: OwnNote): void {
    if (!this.#watched.has(note.userId)) return;
    setImmediate(() => this.#noteListener?.(note));
  }

  onNote(listener: (note: OwnNote) => void): void {
    this.#noteListener = listener;
  }

  watch(userId: UserId): Promise<void> {
    this.#watched.add(userId);
    return this.#defer(() => {});
  }

  unwatch(userId: UserId): void {
    this.#watched.delete(userId);
  }

  /** Ends all deliveries. */
  stop(): void {
    this.#watched.clear();
    this.#listener = null;
    this.#cutListener = null;
    this.#noteListener = null;
  }
}
