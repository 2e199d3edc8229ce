/**
 * Sends and receives nudges on the channel of each user's devices. A nudge may be lost. The Socket.IO adapter uses the
 * same channels; the first bytes of a payload show which of the two it belongs to.
 */
import type { Clock, Cut, Nudge, Nudges, OwnNote } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Anomalies } from '../anomalies.ts';
import type { Keys } from '../keys.ts';
import { within } from '../within.ts';
import { decodeNudge, encodeCut, encodeNote, encodeNudge, isNudge } from './nudge-message.ts';
import type { Publisher } from './publisher.ts';
import type { ChannelHandler, Channels } from './subscription.ts';

export interface RedisNudgesDeps {
  readonly publisher: Publisher;
  /** Null with the role `client`, which sends nudges and receives none. */
  readonly subscriber: Channels | null;
  readonly keys: Keys;
  readonly anomalies: Anomalies;
  readonly clock: Clock;
  /** Time limit of `watch`. */
  readonly timeoutMs: number;
}

export class RedisNudges implements Nudges {
  readonly #deps: RedisNudgesDeps;
  readonly #watched = new Map<UserId, ChannelHandler>();
  readonly #listeners: ((nudge: Nudge) => void)[] = [];
  readonly #cutListeners: ((cut: Cut) => void)[] = [];
  readonly #noteListeners: ((note: OwnNote) => void)[] = [];

  constructor(deps: RedisNudgesDeps) {
    this.#deps = deps;
  }

  send(nudge: Nudge): void {
    this.#publish(nudge.userId, encodeNudge(nudge, this.#roomOf(nudge)));
  }

  cut(cut: Cut): void {
    this.#publish(cut.userId, encodeCut(cut, this.#roomOf(cut)));
  }

  onCut(listener: (cut: Cut) => void): void {
    this.#cutListeners.push(listener);
  }

  note(note: OwnNote): void {
    this.#publish(note.userId, encodeNote(note, this.#roomOf(note)));
  }

  onNote(listener: (note: OwnNote) => void): void {
    this.#noteListeners.push(listener);
  }

  listen(listener: (nudge: Nudge) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Idempotent; the subscription stays until `unwatch`, over reconnects.
   * @throws PlenumError `unavailable` if Redis has not acknowledged the subscription in time; it may do so later
   */
  async watch(userId: UserId): Promise<void> {
    const { subscriber, keys, clock, timeoutMs } = this.#deps;
    if (subscriber === null) return;
    const handler = this.#watched.get(userId) ?? this.#handlerFor(userId);
    this.#watched.set(userId, handler);
    await within(clock, timeoutMs, subscriber.subscribe(keys.userChannel(userId), handler));
  }

  unwatch(userId: UserId): void {
    const handler = this.#watched.get(userId);
    if (handler === undefined) return;
    this.#watched.delete(userId);
    this.#deps.subscriber?.unsubscribe(this.#deps.keys.userChannel(userId), handler);
  }

  #roomOf({ userId }: { readonly userId: UserId }): string {
    return this.#deps.keys.tags.userRoom(userId);
  }

  #publish(userId: UserId, message: string): void {
    const { publisher, keys } = this.#deps;
    void publisher.publish(keys.userChannel(userId), message);
  }

  /** Ignores all other messages on the channel: they belong to the Socket.IO adapter. */
  #handlerFor(userId: UserId): ChannelHandler {
    return (payload) => {
      if (!isNudge(payload)) return;
      const heard = decodeNudge(payload, userId);
      if (heard === null) this.#deps.anomalies.note('malformed_nudge', { userId });
      else if ('code' in heard) for (const listener of this.#cutListeners) listener(heard);
      else if ('push' in heard) for (const listener of this.#noteListeners) listener(heard);
      else for (const listener of this.#listeners) listener(heard);
    };
  }
}
