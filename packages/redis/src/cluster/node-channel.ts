/** Questions between nodes, on the channel by which nodes are woken too: so a node that is not asked pays nothing. */
import type { NodeChannel, NodeMessage } from '@plenum/core';
import {
  deviceTransportSchema,
  groupIdSchema,
  limits,
  nodeReadingSchema,
  nodeWarningSchema,
  traceStageSchema,
  userIdSchema,
  warningsMax,
} from '@plenum/protocol';
import { z } from 'zod';
import type { Anomalies } from '../anomalies.ts';
import type { Keys } from '../keys.ts';
import type { Publisher } from '../pubsub/publisher.ts';
import type { ChannelHandler, Channels } from '../pubsub/subscription.ts';

const start = 'plenum1 node ';
const startBytes = Buffer.from(start);
/** Bytes of a message; a longer one is not read. */
const messageMaxBytes = 262_144;

const id = z.string().regex(/^[\w-]{1,64}$/);
/** Of Socket.IO or of the library: of a custom engine too. */
const deviceId = z.string().min(1).max(128);
const sinceMs = z.int().min(0);
const placeSchema = z.object({ sinceMs, id: deviceId });
/** Of a page, and one more, which says that there is a further page. */
const devicesMax = limits.pageMax + 1;

const questionSchema = z.discriminatedUnion('topic', [
  z.object({ topic: z.literal('figures') }),
  z.object({ topic: z.literal('warnings') }),
  z.object({
    topic: z.literal('devices'),
    userId: userIdSchema,
    after: placeSchema.nullable(),
    limit: z.int().min(1).max(devicesMax),
  }),
  z.object({
    topic: z.literal('trace_begin'),
    traceId: id,
    groupId: groupIdSchema,
    forMs: z.int().min(0).max(60_000),
  }),
  z.object({ topic: z.literal('trace_end'), traceId: id, seq: z.int().min(0) }),
]);
const stageSchema = z.object({
  stage: traceStageSchema,
  wallMs: z.number().min(0),
  tookMs: z.number().min(0).exactOptional(),
  count: z.int().min(0).exactOptional(),
  detail: z.string().max(512).exactOptional(),
});
const deviceSchema = placeSchema.extend({
  transport: deviceTransportSchema,
  address: z.string().max(128).nullable(),
  isAuto: z.boolean(),
  groups: z.int().min(0),
});
const answerSchema = z.discriminatedUnion('topic', [
  z.object({ topic: z.literal('figures'), reading: nodeReadingSchema }),
  z.object({ topic: z.literal('warnings'), warnings: z.array(nodeWarningSchema).max(warningsMax) }),
  z.object({
    topic: z.literal('devices'),
    devices: z.array(deviceSchema).max(devicesMax),
    count: z.int().min(0),
  }),
  z.object({ topic: z.literal('trace_begin') }),
  z.object({ topic: z.literal('trace_end'), stages: z.array(stageSchema).max(1000) }),
]);
const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('question'), askId: id, from: id, question: questionSchema }),
  z.object({ type: z.literal('answer'), askId: id, from: id, answer: answerSchema }),
]);

/** True if the payload begins like a message between nodes. Checks only the first bytes. */
export const isNodeMessage = (payload: Buffer): boolean =>
  payload.subarray(0, startBytes.length).equals(startBytes);

/** @returns null for what no node of this version has sent; never throws */
export function decodeNodeMessage(payload: Buffer): NodeMessage | null {
  if (payload.length > messageMaxBytes) return null;
  try {
    return messageSchema.parse(JSON.parse(payload.subarray(startBytes.length).toString('utf8')));
  } catch {
    return null;
  }
}

export interface RedisNodeChannelDeps {
  readonly keys: Keys;
  /** Null in a client, which hears nothing. */
  readonly channels: Channels | null;
  readonly publisher: Publisher;
  readonly anomalies: Anomalies;
}

export class RedisNodeChannel implements NodeChannel {
  readonly #deps: RedisNodeChannelDeps;

  constructor(deps: RedisNodeChannelDeps) {
    this.#deps = deps;
  }

  send(nodeId: string, message: NodeMessage): void {
    const { publisher, keys } = this.#deps;
    void publisher.publish(keys.nodeChannel(nodeId), start + JSON.stringify(message));
  }

  listen(nodeId: string, listener: (message: NodeMessage) => void): (() => void) | null {
    const { channels, keys, anomalies } = this.#deps;
    if (channels === null) return null;
    const channel = keys.nodeChannel(nodeId);
    const handler: ChannelHandler = (payload) => {
      if (!isNodeMessage(payload)) return;
      const message = decodeNodeMessage(payload);
      if (message === null) anomalies.note('malformed_node_message', { channel });
      else listener(message);
    };
    // The subscriber counts a refusal. A node that is not heard is missing in what others show.
    channels.subscribe(channel, handler).catch(() => undefined);
    return () => channels.unsubscribe(channel, handler);
  }
}
