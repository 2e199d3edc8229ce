/** The registry of nodes: one hash for all nodes, and one channel per node by which other nodes wake it. */

import type { BeatAnswer, NodeBeat, NodeCard, NodeRegistry } from '@plenum/core';
import { z } from 'zod';
import type { Anomalies } from '../anomalies.ts';
import type { Keys } from '../keys.ts';
import type { Publisher } from '../pubsub/publisher.ts';
import type { ChannelHandler, Channels } from '../pubsub/subscription.ts';
import { askDrain, beatNode, removeNode } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { leaseCallTimeoutMs } from './leases.ts';
import { isNodeMessage } from './node-channel.ts';

const cardSchema = z.object({
  url: z.string().nullable(),
  version: z.string(),
  strategy: z.enum(['owner', 'local']),
  isDraining: z.boolean(),
});
const wakeWord = 'look';

export interface RedisNodesDeps {
  readonly calls: ScriptCalls;
  readonly settings: Parameters<typeof leaseCallTimeoutMs>[0];
  readonly keys: Keys;
  /** Null in a client, which wakes nodes and is never woken. */
  readonly channels: Channels | null;
  readonly publisher: Publisher;
  readonly anomalies: Anomalies;
}

export class RedisNodes implements NodeRegistry {
  readonly #deps: RedisNodesDeps;
  readonly #calls: ScriptCalls;
  readonly #limit: { readonly timeoutMs: number };

  constructor(deps: RedisNodesDeps) {
    this.#deps = deps;
    this.#calls = deps.calls;
    this.#limit = { timeoutMs: leaseCallTimeoutMs(deps.settings) };
  }

  async beat({ nodeId, ...card }: NodeCard): Promise<BeatAnswer> {
    const reply = await this.#calls.read(
      beatNode,
      {
        keys: { nodes: this.#deps.keys.nodes() },
        args: { nodeId, card: JSON.stringify(card) },
      },
      this.#limit,
    );
    return { isNew: reply.type === 'registered', isDrainAsked: reply.details[0] };
  }

  /** Leaves out a node whose card this version cannot parse (it runs another version), and counts it as an anomaly. */
  async nodes(): Promise<readonly NodeBeat[]> {
    const entries = await this.#calls.command((redis) => redis.hgetall(this.#deps.keys.nodes()), this.#limit);
    return Object.entries(entries).flatMap(([nodeId, entry]) => {
      const node = decode(nodeId, entry);
      if (node === null) this.#deps.anomalies.note('malformed_node', { nodeId });
      return node ?? [];
    });
  }

  async remove({ nodeId, beat }: { readonly nodeId: string; readonly beat?: number }): Promise<void> {
    await this.#calls.read(
      removeNode,
      {
        keys: { nodes: this.#deps.keys.nodes() },
        args: { nodeId, beat: beat ?? '' },
      },
      this.#limit,
    );
  }

  async askDrain(nodeId: string): Promise<boolean> {
    const { type } = await this.#calls.read(
      askDrain,
      {
        keys: { nodes: this.#deps.keys.nodes() },
        args: { nodeId },
      },
      this.#limit,
    );
    if (type === 'gone') return false;
    this.wake(nodeId);
    return true;
  }

  wake(nodeId: string): void {
    const { publisher, keys } = this.#deps;
    void publisher.publish(keys.nodeChannel(nodeId), wakeWord);
  }

  onWake(nodeId: string, listener: () => void): () => void {
    const { channels, keys, anomalies } = this.#deps;
    if (channels === null) return () => undefined;
    const channel = keys.nodeChannel(nodeId);
    const handler: ChannelHandler = (payload) => {
      if (payload.equals(wakeBytes)) listener();
      else if (!isNodeMessage(payload)) anomalies.note('malformed_wake', { channel });
    };
    // The subscriber counts a refusal. A node that is not woken reads the registry at its next heartbeat.
    channels.subscribe(channel, handler).catch(() => undefined);
    return () => channels.unsubscribe(channel, handler);
  }
}

const wakeBytes = Buffer.from(wakeWord);

function decode(nodeId: string, entry: string): NodeBeat | null {
  const [, beat = '', json = ''] = /^(\d{1,16}) [01] (.*)$/s.exec(entry) ?? [];
  try {
    return { nodeId, beat: Number(beat), ...cardSchema.parse(JSON.parse(json)) };
  } catch {
    return null;
  }
}
