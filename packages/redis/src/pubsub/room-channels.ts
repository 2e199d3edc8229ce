/**
 * Gives the Socket.IO adapter the node's checked subscriber connections, in the shape of a node-redis client, which
 * `createShardedAdapter` expects. The adapter does not handle rejections and trusts every payload: so no method of this
 * class rejects, and every payload is checked.
 */

import type { RoomChannels } from '@plenum/core';
import type { Anomalies } from '../anomalies.ts';
import type { RedisClient } from '../connections/client.ts';
import { shardsOf } from '../connections/shards.ts';
import { isAdapterMessage } from './adapter-message.ts';
import { isNudge } from './nudge-message.ts';
import type { Publisher } from './publisher.ts';
import type { ChannelHandler, Channels } from './subscription.ts';

export interface RedisRoomChannelsDeps {
  readonly prefix: string;
  readonly subscriber: Channels;
  readonly command: RedisClient;
  readonly publisher: Publisher;
  readonly anomalies: Anomalies;
}

type Listener = Parameters<RoomChannels['sSubscribe']>[1];

const listOf = (channels: string | string[]): readonly string[] =>
  typeof channels === 'string' ? [channels] : channels;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

export class RedisRoomChannels implements RoomChannels {
  readonly channelPrefix: string;
  readonly #deps: RedisRoomChannelsDeps;
  /** One handler per channel, because the adapter unsubscribes a channel without naming a handler. */
  readonly #handlers = new Map<string, ChannelHandler>();

  constructor(deps: RedisRoomChannelsDeps) {
    this.channelPrefix = deps.prefix;
    this.#deps = deps;
  }

  /** Never rejects: a refused channel is counted and logged. A second call replaces the listener. */
  async sSubscribe(channels: string | string[], listener: Listener): Promise<void> {
    await Promise.all(listOf(channels).map((channel) => this.#subscribe(channel, listener)));
  }

  async sUnsubscribe(channels: string | string[]): Promise<void> {
    for (const channel of listOf(channels)) this.#unsubscribe(channel);
  }

  /** Never rejects. @returns the number of servers that received it; 0 if the publish failed */
  sPublish(channel: string, message: string | Uint8Array): Promise<number> {
    const payload = typeof message === 'string' ? message : Buffer.from(message);
    return this.#deps.publisher.publish(channel, payload);
  }

  /** Runs PUBSUB SHARDNUMSUB, with which the adapter counts the servers of the cluster. It sends no other command. */
  async sendCommand(words: readonly string[]): Promise<unknown> {
    const [command, subcommand, ...channels] = words;
    if (command !== 'PUBSUB' || subcommand !== 'SHARDNUMSUB') {
      throw new Error(`The adapter's client sends PUBSUB SHARDNUMSUB only, not ${words.join(' ')}.`);
    }
    const shards = shardsOf(this.#deps.command).flatMap(({ redis }) => (redis === null ? [] : [redis]));
    const answers = await Promise.all(shards.map((redis) => redis.pubsub('SHARDNUMSUB', ...channels)));
    return channels.flatMap((channel, i) => [
      channel,
      sum(answers.map((counts) => Number(counts[i * 2 + 1]))),
    ]);
  }

  /**
   * Registers the handler before the first await, because the adapter may leave a room in the tick in which it joined
   * it, and does not await these calls.
   */
  async #subscribe(channel: string, listener: Listener): Promise<void> {
    this.#unsubscribe(channel);
    const handler: ChannelHandler = (payload) => {
      if (isNudge(payload)) return;
      if (isAdapterMessage(payload)) listener(payload, Buffer.from(channel));
      else this.#deps.anomalies.note('malformed_adapter_message', { channel });
    };
    this.#handlers.set(channel, handler);
    // The subscriber counts a refusal; the adapter does not handle it.
    await this.#deps.subscriber.subscribe(channel, handler).catch(() => undefined);
  }

  #unsubscribe(channel: string): void {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) return;
    this.#handlers.delete(channel);
    this.#deps.subscriber.unsubscribe(channel, handler);
  }
}
