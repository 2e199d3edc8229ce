/**
 * The sharded pub/sub connection of a node to one server. Subscriptions are desired state: they are made again on
 * every new link. Then the listeners are notified, because payloads in between are lost.
 */
import { PlenumError } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import { isNotServedHere } from '../scripts/errors.ts';
import type { Channels } from './subscription.ts';
import { type ChannelHandler, Subscription } from './subscription.ts';

export interface ChannelSubscriberDeps {
  /** For this object only, without automatic re-subscription and without an offline queue. */
  readonly redis: Redis;
  readonly anomalies: Anomalies;
  /** A server of a Cluster does not serve some channel, or no longer: its slot may be moving. */
  readonly onMisplaced?: () => void;
}

const isRefusal = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class ChannelSubscriber implements Channels {
  readonly #redis: Redis;
  readonly #anomalies: Anomalies;
  readonly #onMisplaced: () => void;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #resubscribedListeners: ((channels: 'all') => void)[] = [];
  /** Channels that the server of the present link rejected. */
  readonly #misplaced = new Set<string>();
  #isConnected = false;
  #isClosed = false;
  /** Rises when a link comes or goes, so that answers of an earlier link are recognised. */
  #link = 0;
  #hasHadLink = false;
  #activity = 0;
  /** The server refused a channel of the present link. */
  #hasRefused = false;

  constructor(deps: ChannelSubscriberDeps) {
    this.#redis = deps.redis;
    this.#anomalies = deps.anomalies;
    this.#onMisplaced = deps.onMisplaced ?? (() => undefined);
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

  /** The number of the present link; another number means that the link was replaced. */
  get link(): number {
    return this.#link;
  }

  /** Rises with everything that arrives on the link: a sign of life of a link too busy to answer in time. */
  get activity(): number {
    return this.#activity;
  }

  /** All channels on this server. */
  get channels(): readonly string[] {
    return [...this.#subscriptions.keys()];
  }

  has(channel: string): boolean {
    return this.#subscriptions.has(channel);
  }

  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#isClosed) return Promise.reject(PlenumError.of('unavailable'));
    const known = this.#subscriptions.get(channel);
    const subscription = known ?? new Subscription();
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

  /** Takes over a subscription with its handlers; callers that wait for it still wait. */
  adopt(channel: string, subscription: Subscription): void {
    this.#subscriptions.set(channel, subscription);
    this.#request(channel, subscription);
  }

  /** Gives up a subscription without failing it, so that another server can adopt it. */
  release(channel: string): Subscription | null {
    const subscription = this.#subscriptions.get(channel);
    if (subscription === undefined) return null;
    this.#subscriptions.delete(channel);
    this.#misplaced.delete(channel);
    subscription.suspend();
    // If the link breaks here, the server forgets the channel anyway.
    if (this.#isConnected) this.#redis.sunsubscribe(channel).catch(() => undefined);
    return subscription;
  }

  /**
   * Subscribes again to every channel that the server rejected or dropped.
   * @returns their subscriptions, active when the server has acknowledged them
   */
  requestMisplaced(): ReadonlyMap<string, Subscription> {
    const again = new Map<string, Subscription>();
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

  /** Resolves or rejects when the link has answered; may stay pending when it has not. */
  async ping(): Promise<void> {
    await this.#redis.ping();
  }

  /** Replaces the present link. */
  replaceLink(): void {
    this.#anomalies.note('link_replaced');
    this.#linkIsDown();
    this.#redis.disconnect(true);
  }

  /**
   * Redis refused channels of this link and may accept them by now: a new link subscribes to all channels, and its
   * listeners are notified.
   */
  retryRefused(): void {
    if (this.#hasRefused && this.#isConnected) this.replaceLink();
  }

  /** The connection itself is closed by its owner. */
  close(): void {
    this.#isClosed = true;
    this.#linkIsDown();
    for (const subscription of this.#subscriptions.values()) subscription.fail(PlenumError.of('unavailable'));
    this.#subscriptions.clear();
  }

  #request(channel: string, subscription: Subscription): void {
    if (!this.#isConnected) return;
    const link = this.#link;
    this.#redis.ssubscribe(channel).then(
      () => {
        this.#activity += 1;
        if (link === this.#link && this.#subscriptions.get(channel) === subscription) subscription.activate();
      },
      (error: unknown) => {
        // Any other error ends the link, and the next link subscribes again.
        if (!isRefusal(error) || link !== this.#link) return;
        if (isNotServedHere(error)) {
          if (this.#subscriptions.get(channel) !== subscription) return;
          this.#misplaced.add(channel);
          this.#onMisplaced();
          return;
        }
        this.#hasRefused = true;
        this.#anomalies.note('subscribe_refused', { channel, reason: error.message });
        subscription.fail(PlenumError.of('unavailable', { cause: error }));
      },
    );
  }

  #linkIsUp(): void {
    if (this.#isClosed) return;
    this.#isConnected = true;
    this.#link += 1;
    this.#misplaced.clear();
    this.#hasRefused = false;
    for (const [channel, subscription] of this.#subscriptions) this.#request(channel, subscription);
    if (this.#hasHadLink) this.#announce(this.#link);
    this.#hasHadLink = true;
  }

  #linkIsDown(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#link += 1;
    for (const subscription of this.#subscriptions.values()) subscription.suspend();
  }

  /** Redis answers in order: an answered ping means that every subscription before it is active. */
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
    // A ping that fails belongs to an ended link; the next one announces itself.
    this.#redis.ping().then(tell, () => undefined);
  }

  /** A throw here would become an uncaught exception of the client library and end the process. */
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
