/** Delivery workers over real Redis, each a node of its own, that share recording adapters. */
import {
  type ArchiveEntry,
  createDeliveryWork,
  type DeliverySettings,
  defaultDeliverySettings,
  type Engine,
  type EngineSettings,
  type Outbox,
  partitionOf,
  systemClock,
} from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  freshPrefix,
  messageDraft,
  type RedisServer,
  recordingArchive,
  startRedis,
} from '@plenum/testkit';
import type { RedisEngine } from '../../src/index.ts';
import { keepingLogger, startEngine, systemRandom } from '../start-engine.ts';

/** Much more than a busy machine lets a renewal wait; a successor waits for all of it. */
const leaseTtlMs = 4000;

export interface DeliveryNode {
  /** Dies at once: what is under way is never committed, and the lease stays behind. */
  kill(): Promise<void>;
  /** Renews its leases no more, and does not notice. */
  sleep(): void;
}

export class DeliveryNodes implements AsyncDisposable {
  readonly server: RedisServer;
  readonly archive = recordingArchive();
  readonly engine: RedisEngine;
  readonly prefix: string;
  readonly #settings: Partial<EngineSettings>;
  readonly #closes: (() => Promise<void>)[] = [];

  private constructor(server: RedisServer, engine: RedisEngine, rest: [string, Partial<EngineSettings>]) {
    this.server = server;
    this.engine = engine;
    [this.prefix, this.#settings] = rest;
  }

  static async start(settings: Partial<EngineSettings> = {}): Promise<DeliveryNodes> {
    const server = await startRedis();
    const prefix = freshPrefix();
    const all: Partial<EngineSettings> = {
      ...{ deliveryKinds: ['archive'], ratePerSec: 1e6, rateBurst: 1e6, leaseTtlMs },
      ...{ membershipRatePerSec: 1e5, membershipRateBurst: 1e5 },
      ...settings,
    };
    const { engine } = await startEngine({ url: server.url, prefix, settings: all });
    return new DeliveryNodes(server, engine, [prefix, all]);
  }

  /** A node that owns the partitions of these groups. @param wrap what its worker sees instead of the outbox */
  async node(
    groupIds: readonly string[],
    options: {
      readonly settings?: Partial<DeliverySettings>;
      readonly wrap?: (outbox: Outbox) => Outbox;
    } = {},
  ): Promise<DeliveryNode> {
    const { engine } = await startEngine({
      url: this.server.url,
      prefix: this.prefix,
      settings: this.#settings,
    });
    const nodeId = systemRandom.token();
    const partitions = new Set(groupIds.map((id) => partitionOf(groupIdSchema.parse(id))));
    const stop = new AbortController();
    const work = createDeliveryWork({
      engine: { ...engine, outbox: options.wrap?.(engine.outbox) ?? engine.outbox },
      adapters: { archive: this.archive },
      settings: { ...defaultDeliverySettings, tickMs: 20, ...options.settings },
      clock: systemClock,
      random: systemRandom,
      logger: keepingLogger(),
    });
    const leases = await Promise.all(
      [...partitions].map((partition) => this.#lease(engine, partition, nodeId)),
    );
    const renewing = setInterval(() => void engine.leases.renew(leases).catch(() => {}), 200);
    const running = Promise.all(leases.map((lease) => work.run(lease, AbortSignal.any([stop.signal]))));
    const end = async () => {
      clearInterval(renewing);
      stop.abort();
      await running;
      await engine.close();
    };
    this.#closes.push(end);
    return {
      kill: end,
      sleep: () => clearInterval(renewing),
    };
  }

  async #lease(engine: Engine, partition: number, nodeId: string) {
    for (;;) {
      const lease = await engine.leases.acquire(partition, nodeId);
      if (lease !== null) return lease;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async create(...ids: readonly string[]): Promise<void> {
    for (const groupId of ids) await this.engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  }

  async send(groupId: string, message: string): Promise<'appended' | string> {
    const outcome = await this.engine.log.append(messageDraft({ groupId, sender: 'owner', message }));
    return outcome.type === 'appended' ? 'appended' : outcome.failure.code;
  }

  /** Seqs of a group in the order in which the archive has saved them. */
  savedOf(groupId: string): readonly number[] {
    return this.archive.saved.filter((entry) => entry.group_id === groupId).map(({ seq }) => seq);
  }
  /** Every entry that was handed to the archive, copies included. */
  get given(): readonly ArchiveEntry[] {
    return this.archive.batches.flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closes) await close();
    await this.engine.close();
    await this.server.stop();
  }
}
