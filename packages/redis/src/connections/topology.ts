/** Knows which master of a Cluster serves which channel, and notifies listeners after each refresh. */
import type { Clock } from '@plenum/core';
import type { Cluster } from 'ioredis';
import { masterOf, mastersOf } from './shards.ts';

/** Delay of a refresh, ms: servers need about this long to learn of a change, and one refresh serves all doubts. */
const refreshAfterMs = 100;
/** Enough tags to find one in every slot, so also one for a master with a single slot. */
const tagsTried = 200_000;

export class Topology {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #listeners: (() => void)[] = [];
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
    cluster.on('refresh', () => this.#notify());
  }

  /** `host:port` of every master that has slots. */
  masters(): ReadonlySet<string> {
    return mastersOf(this.#cluster);
  }

  /** @returns `host:port` of the channel's master; null while it is not known */
  masterOf(channel: string): string | null {
    return masterOf(this.#cluster, channel);
  }

  /** @returns a hash tag whose slot this master serves; null if it serves none */
  tagAt(master: string): string | null {
    if (!this.masters().has(master)) return null;
    for (let n = 0; n < tagsTried; n += 1) {
      const tag = `{c${n}}`;
      if (this.masterOf(tag) === master) return tag;
    }
    return null;
  }

  /** The listener is called after each refresh, whether or not something has changed. */
  onRefreshed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A channel is not where it was expected: refreshes the slots soon. */
  doubt(): void {
    if (this.#isClosed || this.#cancel !== null) return;
    this.#cancel = this.#clock.after(refreshAfterMs, () => {
      this.#cancel = null;
      // Listeners are notified of a failed refresh too: they use the known slots and can doubt again.
      this.#cluster.refreshSlotsCache((error) => {
        if (error) this.#notify();
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #notify(): void {
    if (this.#isClosed) return;
    for (const listener of this.#listeners) listener();
  }
}
