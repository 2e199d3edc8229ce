/** Live entries of the hosted groups, and pushes that are no entries: one sharded channel per group. */
import {
  type Clock,
  type EphemeralPush,
  type FeedListener,
  type FeedTransport,
  PlenumError,
} from '@plenum/core';
import {
  ephemeralMessagePushSchema,
  type GroupId,
  presenceChangedPushSchema,
  typingPushSchema,
} from '@plenum/protocol';
import { z } from 'zod';

import type { Anomalies } from '../anomalies.ts';
import type { Keys } from '../keys.ts';
import type { AppendedListener, RedisGroupLog } from '../log/group-log.ts';
import { entryDecoder, foundHead, messageEntryAt, placeOfMessage } from '../log/wire.ts';
import { within } from '../within.ts';
import { reasonOf } from './subscriber.ts';
import type { ChannelHandler, Channels } from './subscription.ts';
import { decodeUnlisted } from './unlisted-change.ts';

/** What the transport needs of the log. */
export type FeedLog = Pick<RedisGroupLog, 'resolveSends' | 'onAppended'>;

export interface RedisFeedTransportDeps {
  readonly subscriber: Channels;
  /** Resolves the sends of this node with their own entries, and brings the entries of appends that were answered. */
  readonly log: FeedLog;
  readonly keys: Keys;
  readonly anomalies: Anomalies;
  readonly clock: Clock;
  /** Time limit of `open`. */
  readonly timeoutMs: number;
}

export class RedisFeedTransport implements FeedTransport {
  readonly #deps: RedisFeedTransportDeps;
  readonly #open = new Map<GroupId, ChannelHandler>();
  #listener: FeedListener | null = null;

  constructor(deps: RedisFeedTransportDeps) {
    this.#deps = deps;
    // Payloads that were published during the break are lost. If no entry follows, no gap shows the loss: so the heads
    // must be compared.
    deps.subscriber.onResubscribed(() => this.#listener?.onAuditNeeded());
    deps.log.onAppended(this.#onAppended);
  }

  listen(listener: FeedListener): void {
    this.#listener = listener;
  }

  /** @throws PlenumError `unavailable`; then the channel is not open */
  async open(groupId: GroupId): Promise<void> {
    const { subscriber, keys, clock, timeoutMs } = this.#deps;
    const handler = this.#open.get(groupId) ?? this.#handlerFor(groupId);
    this.#open.set(groupId, handler);
    const subscribed = subscriber.subscribe(keys.groupChannel(groupId), handler);
    try {
      await within(clock, timeoutMs, subscribed);
    } catch (error) {
      if (this.#open.get(groupId) === handler) await this.close(groupId);
      throw error;
    }
  }

  async close(groupId: GroupId): Promise<void> {
    const handler = this.#open.get(groupId);
    if (handler === undefined) return;
    this.#open.delete(groupId);
    this.#deps.subscriber.unsubscribe(this.#deps.keys.groupChannel(groupId), handler);
  }

  /** Must not throw: the answers to the other messages of the batch would be lost. */
  readonly #onAppended: AppendedListener = (message, place) => {
    const { groupId, wireHead } = message;
    if (!this.#open.has(groupId)) return;
    try {
      const head =
        place.found === undefined ? wireHead : foundHead(message, { ...place, found: place.found });
      this.#listener?.onOwnEntry(groupId, messageEntryAt(head, place));
    } catch (error) {
      this.#deps.anomalies.note('handler_failed', { groupId, reason: reasonOf(error) });
    }
  };

  #isOwnPublish(groupId: GroupId, payload: Buffer): boolean {
    const place = placeOfMessage(payload);
    return place !== null && this.#listener?.takeOwnPublish(groupId, place.epoch, place.seq) === true;
  }

  #handlerFor(groupId: GroupId): ChannelHandler {
    const { log, anomalies, keys } = this.#deps;
    const room = keys.tags.groupRoom(groupId);
    const decode = entryDecoder(groupId, room);
    return (payload) => {
      if (this.#isOwnPublish(groupId, payload)) return;
      const decoded = decode(payload);
      if (decoded === null) {
        const push = decodeEphemeral(payload, groupId);
        const change = push === null ? decodeUnlisted(payload, { groupId, room }) : null;
        if (push !== null) this.#listener?.onEphemeral(groupId, push);
        else if (change !== null) this.#listener?.onUnlisted(groupId, change);
        else anomalies.note('malformed_entry', { groupId });
        return;
      }
      // Called before the entry is delivered, so that the sender gets its ack before its own copy.
      log.resolveSends(decoded);
      this.#listener?.onEntry(groupId, decoded.entry);
    };
  }
}

/** The transport of the role `client`, which hosts no feeds because it has no subscriber connection. */
export const noFeeds: FeedTransport = {
  listen: () => undefined,
  open: () => Promise.reject(PlenumError.of('unavailable')),
  close: () => Promise.resolve(),
};

/**
 * Presence, typing and ephemeral messages are messages of the Socket.IO adapter, so that stock servers on the same prefix deliver
 * them. By its `uid` our nodes separate them from entries. lua/lib/presence.lua writes them.
 */
const ephemeralStart = Buffer.from('{"uid":"plenum1 ephemeral"');

const ephemeralSchema = z.object({
  data: z.object({
    opts: z.object({ flags: z.object({ v: z.int().optional() }) }),
    packet: z.object({
      data: z.union([
        z
          .tuple([z.literal('presence_changed'), presenceChangedPushSchema])
          .transform(([event, payload]): EphemeralPush => ({ event, payload })),
        z
          .tuple([z.literal('typing'), typingPushSchema])
          .transform(([event, payload]): EphemeralPush => ({ event, payload })),
        z
          .tuple([z.literal('ephemeral_message'), ephemeralMessagePushSchema])
          .transform(([event, payload]): EphemeralPush => ({ event, payload })),
      ]),
    }),
  }),
});

/** @returns null for a payload that no script of this service has published for this group; never throws */
function decodeEphemeral(payload: Buffer, groupId: GroupId): EphemeralPush | null {
  if (!payload.subarray(0, ephemeralStart.length).equals(ephemeralStart)) return null;
  try {
    const parsed = ephemeralSchema.safeParse(JSON.parse(payload.toString('utf8')));
    if (!parsed.success) return null;
    const { packet, opts } = parsed.data.data;
    const push = packet.data;
    if (push.payload.group_id !== groupId) return null;
    const { v } = opts.flags;
    return push.event === 'ephemeral_message' && v !== undefined ? { ...push, membersVersion: v } : push;
  } catch {
    return null;
  }
}
