/**
 * The sharded pub/sub connection of a node to one server. It keeps the list of wanted channels and subscribes to all of
 * them on every new connection (a *link*). Then it notifies the listeners, because payloads in between are lost.
 */
import { PlenumError } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import { isNotServedHere } from '../script-calls/errors.ts';
import { ChannelCommands, type SubscribeRequest } from './channel-commands.ts';
import type { Channels } from './subscription.ts';
import { type ChannelHandler, ChannelSubscription } from './subscription.ts';

export interface ChannelSubscriberDeps {
  /** A client that only this object uses, without automatic re-subscription and without an offline queue. */
  readonly redis: Redis;
  readonly anomalies: Anomalies;
  /** Called when a Cluster server does not serve a channel, or no longer: the channel's slot may be moving. */
  readonly onMisplaced?: () => void;
  /** In a Cluster, the slot of a channel. */
  readonly slotOf?: (channel: string) => number;
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class ChannelSubscriber implements Channels {
  readonly #redis: Redis;
  readonly #anomalies: Anomalies;
  readonly #onMisplaced: () => void;
  readonly #commands: ChannelCommands;
  readonly #subscriptions = new Map<string, ChannelSubscription>();
  readonly #resubscribedListeners: ((channels: 'all') => void)[] = [];
  /** Channels that the server rejected on the current link, because it does not serve them. */
  readonly #misplaced = new Set<string>();
  #isConnected = false;
  #isClosed = false;
  /** Rises when a link opens or closes, so that an answer of an earlier link is recognized. */
  #link = 0;
  #hasHadLink = false;
  #activity = 0;
  /** True if the server has refused a channel on the current link for lack of a right. */
  #hasRefused = false;

  constructor(deps: ChannelSubscriberDeps) {
    this.#redis = deps.redis;
    this.#anomalies = deps.anomalies;
    this.#onMisplaced = deps.onMisplaced ?? (() => undefined);
    this.#commands = new ChannelCommands({
      redis: deps.redis,
      slotOf: deps.slotOf,
      isWanted: (request) => this.#isWanted(request),
      onActive: (requests) => this.#onActive(requests),
      onRefused: (requests, error) => this.#onRefused(requests, error),
    });
    this.#redis.on('ready', () => this.#linkIsUp());
    this.#redis.on('close', () => this.#linkIsDown());
    // The client library emits this without a channel when a server drops channels that it no longer serves.
    this.#redis.on('moved', () => this.#onMisplaced());
    this.#redis.on('smessageBuffer', this.#dispatch);
    if (this.#redis.status === 'ready') this.#linkIsUp();
  }

  get isUp(): boolean {
    return this.#isConnected;
  }

  /** The number of the current link. It changes when the link is replaced. */
  get link(): number {
    return this.#link;
  }

  /** Rises with every payload and answer, so that a link that is too busy to answer in time does not seem dead. */
  get activity(): number {
    return this.#activity;
  }

  /** All channels that this connection is subscribed to, or wants to be. */
  get channels(): readonly string[] {
    return [...this.#subscriptions.keys()];
  }

  has(channel: string): boolean {
    return this.#subscriptions.has(channel);
  }

  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#isClosed) return Promise.reject(PlenumError.of('unavailable'));
    const known = this.#subscriptions.get(channel);
    const subscription = known ?? new ChannelSubscription();
    subscription.handlers.add(handler);
    if (known === undefined) {
      this.#subscriptions.set(channel, subscription);
      this.#request(channel, subscription);
    }
    return subscription.active();
  }

  unsubscribe(channel: string, handler: ChannelHandler): void {
    const subscription = this.#subscriptions.get(channel);
    if (subscription === undefined) return;
    subscription.handlers.delete(handler);
    if (subscription.handlers.size > 0) return;
    this.release(channel);
    subscription.fail(PlenumError.of('unavailable'));
  }

  /** Takes over a subscription from another server, with its handlers and waiting callers. */
  adopt(channel: string, subscription: ChannelSubscription): void {
    this.#subscriptions.set(channel, subscription);
    this.#request(channel, subscription);
  }

  /** Gives up a subscription without rejecting its waiting callers, so that another server can adopt it. */
  release(channel: string): ChannelSubscription | null {
    const subscription = this.#subscriptions.get(channel);
    if (subscription === undefined) return null;
    this.#subscriptions.delete(channel);
    this.#misplaced.delete(channel);
    subscription.suspend();
    if (this.#isConnected) this.#commands.unsubscribe(channel);
    return subscription;
  }

  /**
   * Subscribes again to every channel that the server rejected or dropped.
   * @returns the subscriptions of these channels; each becomes active when the server acknowledges it
   */
  requestMisplaced(): ReadonlyMap<string, ChannelSubscription> {
    const again = new Map<string, ChannelSubscription>();
    if (!this.#isConnected) return again;
    const live = new Set(
      this.#redis.condition?.subscriber ? this.#redis.condition.subscriber.channels('ssubscribe') : [],
    );
    for (const [channel, subscription] of this.#subscriptions) {
      const isDropped = subscription.isActive && !live.has(channel);
      if (!isDropped && !this.#misplaced.delete(channel)) continue;
      subscription.suspend();
      again.set(channel, subscription);
      this.#request(channel, subscription);
    }
    return again;
  }

  onResubscribed(listener: (channels: 'all') => void): void {
    this.#resubscribedListeners.push(listener);
  }

  /** Settles when the link has answered. May stay pending for ever on a dead link. */
  async ping(): Promise<void> {
    this.#commands.flush();
    await this.#redis.ping();
  }

  /** Closes the current link; the client opens a new one. */
  replaceLink(): void {
    this.#anomalies.note('link_replaced');
    this.#linkIsDown();
    this.#redis.disconnect(true);
  }

  /**
   * Replaces the link if Redis has refused a channel on it, because Redis may accept the channel now. The new link
   * subscribes to all channels and notifies the listeners.
   */
  retryRefused(): void {
    if (this.#hasRefused && this.#isConnected) this.replaceLink();
  }

  /** Rejects all waiting callers. The creator of the connection closes the connection itself. */
  close(): void {
    this.#isClosed = true;
    this.#linkIsDown();
    for (const subscription of this.#subscriptions.values()) subscription.fail(PlenumError.of('unavailable'));
    this.#subscriptions.clear();
  }

  #request(channel: string, subscription: ChannelSubscription): void {
    if (this.#isConnected) this.#commands.subscribe(channel, subscription);
  }

  #isWanted([channel, subscription]: SubscribeRequest): boolean {
    return this.#subscriptions.get(channel) === subscription;
  }

  #onActive(requests: readonly SubscribeRequest[]): void {
    this.#activity += 1;
    for (const request of requests) if (this.#isWanted(request)) request[1].activate();
  }

  #onRefused(requests: readonly SubscribeRequest[], error: Error): void {
    if (isNotServedHere(error)) {
      const wanted = requests.filter((request) => this.#isWanted(request));
      for (const [channel] of wanted) this.#misplaced.add(channel);
      if (wanted.length > 0) this.#onMisplaced();
      return;
    }
    this.#hasRefused = true;
    for (const [channel, subscription] of requests) {
      this.#anomalies.note('subscribe_refused', { channel, reason: error.message });
      subscription.fail(PlenumError.of('unavailable', { cause: error }));
    }
  }

  #linkIsUp(): void {
    if (this.#isClosed) return;
    this.#isConnected = true;
    this.#link += 1;
    this.#misplaced.clear();
    this.#hasRefused = false;
    this.#commands.reset();
    for (const [channel, subscription] of this.#subscriptions) this.#request(channel, subscription);
    this.#commands.flush();
    if (this.#hasHadLink) this.#announce(this.#link);
    this.#hasHadLink = true;
  }

  #linkIsDown(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#link += 1;
    this.#commands.reset();
    for (const subscription of this.#subscriptions.values()) subscription.suspend();
  }

  /** Notifies the listeners after a ping: Redis answers in order, so every subscription before the ping is active. */
  #announce(link: number): void {
    const tell = () => {
      if (link !== this.#link) return;
      for (const listener of this.#resubscribedListeners) {
        try {
          listener('all');
        } catch (error) {
          this.#anomalies.note('listener_failed', { reason: reasonOf(error) });
        }
      }
    };
    // If the ping fails, the link has ended, and the next link notifies the listeners.
    this.#redis.ping().then(tell, () => undefined);
  }

  /** Must not throw: the client library would turn that into an uncaught exception and end the process. */
  readonly #dispatch = (rawChannel: Buffer, payload: Buffer): void => {
    this.#activity += 1;
    const channel = rawChannel.toString('utf8');
    const subscription = this.#subscriptions.get(channel);
    if (subscription === undefined) return;
    for (const handler of subscription.handlers) {
      try {
        handler(payload);
      } catch (error) {
        this.#anomalies.note('handler_failed', { channel, reason: reasonOf(error) });
      }
    }
  };
}
