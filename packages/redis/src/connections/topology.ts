/** Which master of a Cluster has which channel, as far as this node knows, and who wants to hear of changes. */
import type { Clock } from '@plenum/core';
import type { Cluster } from 'ioredis';
import { masterOf, mastersOf } from './shards.ts';

/** Gossip takes about this long; everything that is noticed meanwhile is answered by one look. */
const refreshAfterMs = 100;
/** More than enough names to hit any master, even one with a single slot. */
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

  /** `host:port`; null while nobody is known to serve the channel. */
  masterOf(channel: string): string | null {
    return masterOf(this.#cluster, channel);
  }

  /** A hash tag whose slot is at this master; null when it has none. */
  tagAt(master: string): string | null {
    if (!this.masters().has(master)) return null;
    for (let n = 0; n < tagsTried; n += 1) {
      const tag = `{c${n}}`;
      if (this.masterOf(tag) === master) return tag;
    }
    return null;
  }

  /** After every look at the Cluster, whether it brought something new or not. */
  onRefreshed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Something is not where it was believed to be: looks at the Cluster again, soon. */
  doubt(): void {
    if (this.#isClosed || this.#cancel !== null) return;
    this.#cancel = this.#clock.after(refreshAfterMs, () => {
      this.#cancel = null;
      // Whether it succeeded or not: whoever doubts goes on with what is known, and doubts again.
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
