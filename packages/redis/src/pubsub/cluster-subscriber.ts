/**
 * Sharded pub/sub of a Cluster: one audited link per master. A channel is heard from the master of its slot; when the slot
 * moves or the master is replaced, its subscription moves too, and the listeners are told which channels that were.
 */
import { PlenumError } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import type { Topology } from '../connections/topology.ts';
import type { Channels } from './channels.ts';
import { ShardLink, type ShardLinkOptions } from './shard-link.ts';
import { type ChannelHandler, Subscription } from './subscription.ts';

export interface ClusterSubscriberOptions extends ShardLinkOptions {
  /** @param server `host:port` */
  readonly openLink: (server: string) => Redis;
}

export class ClusterSubscriber implements Channels {
  readonly #options: ClusterSubscriberOptions;
  readonly #topology: Topology;
  readonly #anomalies: Anomalies;
  /** By server. */
  readonly #links = new Map<string, ShardLink>();
  /** Where each channel is heard; null: nobody is known to serve it. */
  readonly #homes = new Map<string, string | null>();
  /** Subscriptions without a home. */
  readonly #homeless = new Map<string, Subscription>();
  readonly #resubscribedListeners: ((channels: readonly string[]) => void)[] = [];
  #isClosed = false;

  constructor(options: ClusterSubscriberOptions) {
    this.#options = options;
    this.#topology = options.topology;
    this.#anomalies = options.anomalies;
    this.#topology.onRefreshed(() => this.#settle());
    this.#settle();
  }

  get isUp(): boolean {
    return [...this.#links.values()].some(({ subscriber }) => subscriber.isUp);
  }

  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#isClosed) return Promise.reject(PlenumError.of('unavailable'));
    if (!this.#homes.has(channel)) this.#place(channel, new Subscription());
    const link = this.#linkOf(channel);
    if (link !== null) return link.subscriber.subscribe(channel, handler);
    const subscription = this.#homeless.get(channel) ?? new Subscription();
    this.#homeless.set(channel, subscription);
    subscription.handlers.add(handler);
    this.#topology.doubt();
    return subscription.active();
  }

  unsubscribe(channel: string, handler: ChannelHandler): void {
    const homeless = this.#homeless.get(channel);
    if (homeless === undefined) {
      const subscriber = this.#linkOf(channel)?.subscriber;
      subscriber?.unsubscribe(channel, handler);
      if (subscriber?.has(channel) !== true) this.#homes.delete(channel);
      return;
    }
    homeless.handlers.delete(handler);
    if (homeless.handlers.size > 0) return;
    this.#homeless.delete(channel);
    this.#homes.delete(channel);
    homeless.fail(PlenumError.of('unavailable'));
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
    for (const subscription of this.#homeless.values()) subscription.fail(PlenumError.of('unavailable'));
    this.#links.clear();
    this.#homes.clear();
    this.#homeless.clear();
  }

  #linkOf(channel: string): ShardLink | null {
    const home = this.#homes.get(channel) ?? null;
    return home === null ? null : (this.#links.get(home) ?? null);
  }

  /** Puts every channel where the Cluster has it now, and asks again for what was turned away. */
  #settle(): void {
    if (this.#isClosed) return;
    const masters = this.#topology.masters();
    // A Cluster that tells nothing has not lost its masters.
    if (masters.size === 0) return;
    for (const server of masters) if (!this.#links.has(server)) this.#open(server);
    for (const [server, moved] of this.#moveChannels()) this.#announce(server, moved);
    for (const [server, link] of this.#links) {
      if (masters.has(server)) {
        this.#announce(server, link.subscriber.requestMisplaced());
      } else {
        this.#links.delete(server);
        link.close();
      }
    }
  }

  /** @returns by server: the subscriptions that it has now and had not before */
  #moveChannels(): ReadonlyMap<string, Map<string, Subscription>> {
    const moved = new Map<string, Map<string, Subscription>>();
    for (const [channel, home] of this.#homes) {
      const master = this.#topology.masterOf(channel);
      if (master === null || master === home) continue;
      const subscription = this.#homeless.get(channel) ?? this.#linkOf(channel)?.subscriber.release(channel);
      if (subscription == null) continue;
      this.#place(channel, subscription);
      const there = moved.get(master) ?? new Map<string, Subscription>();
      moved.set(master, there.set(channel, subscription));
    }
    return moved;
  }

  #place(channel: string, subscription: Subscription): void {
    const home = this.#topology.masterOf(channel);
    const link = home === null ? undefined : this.#links.get(home);
    this.#homes.set(channel, link === undefined ? null : home);
    if (link === undefined) {
      this.#homeless.set(channel, subscription);
      return;
    }
    this.#homeless.delete(channel);
    link.subscriber.adopt(channel, subscription);
  }

  #open(server: string): void {
    const link = new ShardLink(server, this.#options.openLink(server), this.#options);
    this.#links.set(server, link);
    link.subscriber.onResubscribed(() => this.#tell(link.subscriber.channels));
  }

  /** Once all of them are heard again; one that was given up or refused meanwhile is none of them. */
  #announce(server: string, subscriptions: ReadonlyMap<string, Subscription>): void {
    if (subscriptions.size === 0) return;
    this.#anomalies.note('channels_moved', { server, channels: subscriptions.size });
    const heard = [...subscriptions].map(([channel, subscription]) =>
      subscription.active().then(
        () => [channel],
        () => [],
      ),
    );
    Promise.all(heard).then(
      (channels) => this.#tell(channels.flat()),
      () => undefined,
    );
  }

  #tell(channels: readonly string[]): void {
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
