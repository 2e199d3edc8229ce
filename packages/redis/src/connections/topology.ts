/** Which master of a Cluster serves which channel, as this node knows it. Notifies listeners of changes. */
import type { Clock } from '@plenum/core';
import type { Cluster } from 'ioredis';
import { masterOf, mastersOf } from './shards.ts';

/** Gossip takes about this long; one refresh answers all doubts within it. */
const refreshAfterMs = 100;
/** Enough names to hit every master, even one with a single slot. */
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

  /** `host:port`; null while no server of the channel is known. */
  masterOf(channel: string): string | null {
    return masterOf(this.#cluster, channel);
  }

  /** A hash tag whose slot this master serves; null when it serves none. */
  tagAt(master: string): string | null {
    if (!this.masters().has(master)) return null;
    for (let n = 0; n < tagsTried; n += 1) {
      const tag = `{c${n}}`;
      if (this.masterOf(tag) === master) return tag;
    }
    return null;
  }

  /** Called after each refresh, with or without news. */
  onRefreshed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A channel is not where it was expected: refreshes the slots soon. */
  doubt(): void {
    if (this.#isClosed || this.#cancel !== null) return;
    this.#cancel = this.#clock.after(refreshAfterMs, () => {
      this.#cancel = null;
      // On failure too: the caller continues with the known slots and doubts again.
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
