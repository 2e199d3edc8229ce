/**
 * Subscribes in a Cluster: one checked connection per master, and each channel on the master of its slot. When the slot
 * moves or the master is replaced, the subscription moves too, and the listeners get the list of the moved channels.
 */
import { PlenumError } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import type { Topology } from '../connections/topology.ts';
import { ShardLink, type ShardLinkDeps } from './shard-link.ts';
import type { Channels } from './subscription.ts';
import { type ChannelHandler, ChannelSubscription } from './subscription.ts';

export interface ClusterSubscriberDeps extends ShardLinkDeps {
  /** @param server `host:port` */
  readonly openLink: (server: string) => Redis;
}

export class ClusterSubscriber implements Channels {
  readonly #deps: ClusterSubscriberDeps;
  readonly #topology: Topology;
  readonly #anomalies: Anomalies;
  /** The connection to each master. */
  readonly #links = new Map<string, ShardLink>();
  /** The server of each channel; null if it is unknown. */
  readonly #homes = new Map<string, string | null>();
  /** Subscriptions whose channel has no known server. */
  readonly #unplaced = new Map<string, ChannelSubscription>();
  readonly #resubscribedListeners: ((channels: readonly string[]) => void)[] = [];
  #isClosed = false;

  constructor(deps: ClusterSubscriberDeps) {
    this.#deps = deps;
    this.#topology = deps.topology;
    this.#anomalies = deps.anomalies;
    this.#topology.onRefreshed(() => this.#placeChannels());
    this.#placeChannels();
  }

  get isUp(): boolean {
    return [...this.#links.values()].some(({ subscriber }) => subscriber.isUp);
  }

  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#isClosed) return Promise.reject(PlenumError.of('unavailable'));
    if (!this.#homes.has(channel)) this.#place(channel, new ChannelSubscription());
    const link = this.#linkOf(channel);
    if (link !== null) return link.subscriber.subscribe(channel, handler);
    const subscription = this.#unplaced.get(channel) ?? new ChannelSubscription();
    this.#unplaced.set(channel, subscription);
    subscription.handlers.add(handler);
    this.#topology.doubt();
    return subscription.active();
  }

  unsubscribe(channel: string, handler: ChannelHandler): void {
    const unplaced = this.#unplaced.get(channel);
    if (unplaced === undefined) {
      const subscriber = this.#linkOf(channel)?.subscriber;
      subscriber?.unsubscribe(channel, handler);
      if (subscriber?.has(channel) !== true) this.#homes.delete(channel);
      return;
    }
    unplaced.handlers.delete(handler);
    if (unplaced.handlers.size > 0) return;
    this.#unplaced.delete(channel);
    this.#homes.delete(channel);
    unplaced.fail(PlenumError.of('unavailable'));
  }

  retryRefused(): void {
    for (const { subscriber } of this.#links.values()) subscriber.retryRefused();
  }

  onResubscribed(listener: (channels: readonly string[]) => void): void {
    this.#resubscribedListeners.push(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#topology.close();
    for (const link of this.#links.values()) link.close();
    for (const subscription of this.#unplaced.values()) subscription.fail(PlenumError.of('unavailable'));
    this.#links.clear();
    this.#homes.clear();
    this.#unplaced.clear();
  }

  #linkOf(channel: string): ShardLink | null {
    const home = this.#homes.get(channel) ?? null;
    return home === null ? null : (this.#links.get(home) ?? null);
  }

  /** Moves every channel to its current server, and subscribes again to channels that a server rejected. */
  #placeChannels(): void {
    if (this.#isClosed) return;
    const masters = this.#topology.masters();
    // An empty list means that the Cluster did not answer, not that it has no masters.
    if (masters.size === 0) return;
    for (const server of masters) if (!this.#links.has(server)) this.#open(server);
    for (const [server, moved] of this.#moveChannels()) this.#announceWhenActive(server, moved);
    for (const [server, link] of this.#links) {
      if (masters.has(server)) {
        this.#announceWhenActive(server, link.subscriber.requestMisplaced());
      } else {
        this.#links.delete(server);
        link.close();
      }
    }
  }

  /** @returns the new subscriptions of each server */
  #moveChannels(): ReadonlyMap<string, Map<string, ChannelSubscription>> {
    const moved = new Map<string, Map<string, ChannelSubscription>>();
    for (const [channel, home] of this.#homes) {
      const master = this.#topology.masterOf(channel);
      if (master === null || master === home) continue;
      const subscription = this.#unplaced.get(channel) ?? this.#linkOf(channel)?.subscriber.release(channel);
      if (subscription == null) continue;
      this.#place(channel, subscription);
      const there = moved.get(master) ?? new Map<string, ChannelSubscription>();
      moved.set(master, there.set(channel, subscription));
    }
    return moved;
  }

  #place(channel: string, subscription: ChannelSubscription): void {
    const home = this.#topology.masterOf(channel);
    const link = home === null ? undefined : this.#links.get(home);
    this.#homes.set(channel, link === undefined ? null : home);
    if (link === undefined) {
      this.#unplaced.set(channel, subscription);
      return;
    }
    this.#unplaced.delete(channel);
    link.subscriber.adopt(channel, subscription);
  }

  #open(server: string): void {
    const link = new ShardLink(server, this.#deps.openLink(server), this.#deps);
    this.#links.set(server, link);
    link.subscriber.onResubscribed(() => this.#notifyResubscribed(link.subscriber.channels));
  }

  /**
   * Notifies the listeners once all subscriptions are active. A subscription that was dropped or refused meanwhile does
   * not count.
   */
  #announceWhenActive(server: string, subscriptions: ReadonlyMap<string, ChannelSubscription>): void {
    if (subscriptions.size === 0) return;
    this.#anomalies.note('channels_moved', { server, channels: subscriptions.size });
    const heard = [...subscriptions].map(([channel, subscription]) =>
      subscription.active().then(
        () => [channel],
        () => [],
      ),
    );
    Promise.all(heard).then(
      (channels) => this.#notifyResubscribed(channels.flat()),
      () => undefined,
    );
  }

  #notifyResubscribed(channels: readonly string[]): void {
    if (this.#isClosed || channels.length === 0) return;
    for (const listener of this.#resubscribedListeners) {
      try {
        listener(channels);
      } catch (error) {
        this.#anomalies.note('listener_failed', { reason: String(error) });
      }
    }
  }
}
