/** Nudges on the channel of each user's devices: lossy, and told from the adapter's messages by their first bytes. */
import type { Clock, Nudge, Nudges } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Anomalies } from './anomalies.ts';
import type { Channels } from './channels.ts';
import type { Keys } from './keys.ts';
import { decodeNudge, encodeNudge, isNudge } from './nudge-message.ts';
import type { ScriptClient } from './scripts/index.ts';
import type { ChannelHandler } from './subscription.ts';
import { within } from './within.ts';

export interface RedisNudgesOptions {
  readonly command: ScriptClient;
  /** Null in a client, which sends nudges and hears none. */
  readonly subscriber: Channels | null;
  readonly keys: Keys;
  readonly anomalies: Anomalies;
  readonly clock: Clock;
  /** `watch` gives up waiting after this. */
  readonly timeoutMs: number;
}

export class RedisNudges implements Nudges {
  readonly #options: RedisNudgesOptions;
  readonly #watched = new Map<UserId, ChannelHandler>();
  readonly #listeners: ((nudge: Nudge) => void)[] = [];

  constructor(options: RedisNudgesOptions) {
    this.#options = options;
  }

  send(nudge: Nudge): void {
    const { command, keys, anomalies } = this.#options;
    const channel = keys.userChannel(nudge.userId);
    command.spublish(channel, encodeNudge(nudge)).catch(() => anomalies.note('publish_failed', { channel }));
  }

  listen(listener: (nudge: Nudge) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Idempotent; the wish stays until `unwatch`, over reconnects.
   * @throws PlenumError `unavailable` when Redis has not acknowledged it in time; it may do so later.
   */
  async watch(userId: UserId): Promise<void> {
    const { subscriber, keys, clock, timeoutMs } = this.#options;
    if (subscriber === null) return;
    const handler = this.#watched.get(userId) ?? this.#handlerFor(userId);
    this.#watched.set(userId, handler);
    await within(clock, timeoutMs, subscriber.subscribe(keys.userChannel(userId), handler));
  }

  unwatch(userId: UserId): void {
    const handler = this.#watched.get(userId);
    if (handler === undefined) return;
    this.#watched.delete(userId);
    this.#options.subscriber?.unsubscribe(this.#options.keys.userChannel(userId), handler);
  }

  /** Other messages on the channel are the adapter's business. */
  #handlerFor(userId: UserId): ChannelHandler {
    return (payload) => {
      if (!isNudge(payload)) return;
      const nudge = decodeNudge(payload, userId);
      if (nudge === null) this.#options.anomalies.note('malformed_nudge', { userId });
      else for (const listener of this.#listeners) listener(nudge);
    };
  }
}
