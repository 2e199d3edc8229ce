/** The delivery worker over the memory engine, on a clock that only the test moves. */

import { createMemoryEngine } from '@plenum/memory';
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  deleteCommand,
  harnessSettings,
  joinCommand,
  ManualClock,
  messageDraft,
  recordingArchive,
  recordingNotifier,
  seededRandom,
} from '@plenum/testkit';
import {
  createDeliveryWork,
  type DeadLetter,
  type DeliverySettings,
  defaultDeliverySettings,
  deliveryKindsOf,
  type Engine,
  partitionOf,
} from '../../src/index.ts';

export const groupId = 'room:one';
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface DeliverySceneOptions {
  readonly hasArchive?: boolean;
  readonly hasNotifier?: boolean;
  readonly settings?: Partial<DeliverySettings>;
  readonly roomQueueLimit?: number;
  readonly historyMaxEntries?: number;
}

export class DeliveryScene {
  readonly clock = new ManualClock();
  readonly archive = recordingArchive(this.clock);
  readonly notifier = recordingNotifier(this.clock);
  readonly engine: Engine;
  readonly #options: DeliverySceneOptions;
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(options: DeliverySceneOptions = {}) {
    this.#options = options;
    const { roomQueueLimit = 100_000, historyMaxEntries = 10_000 } = options;
    this.engine = createMemoryEngine({
      random: seededRandom(),
      clock: this.clock,
      settings: {
        ...harnessSettings,
        ratePerSec: 1e6,
        rateBurst: 1e6,
        deliveryKinds: deliveryKindsOf(this.#adapters()),
        roomQueueLimit,
        historyMaxEntries,
        leaseTtlMs: 1e9,
      },
      wallBaseMs: Date.UTC(2025, 0, 15),
    });
  }

  #adapters() {
    const { hasArchive = true, hasNotifier = false } = this.#options;
    return {
      ...(hasArchive ? { archive: this.archive } : {}),
      ...(hasNotifier ? { notifier: this.notifier } : {}),
    };
  }

  async create(id = groupId): Promise<void> {
    const groupId = groupIdSchema.parse(id);
    await this.engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  }

  async remove(): Promise<void> {
    await this.engine.groups.change(deleteCommand({ groupId, actor: 'owner' }));
  }

  async join(...users: readonly string[]): Promise<void> {
    for (const userId of users) await this.joinTo(groupId, userId);
  }

  async joinTo(id: string, userId: string): Promise<void> {
    await this.engine.groups.change(joinCommand({ groupId: id, userId }));
  }

  /** @returns message ids */
  async send(...texts: readonly string[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const message of texts) ids.push(await this.sendTo(groupId, message));
    return ids;
  }

  async sendTo(id: string, message: string): Promise<string> {
    const outcome = await this.engine.log.append(messageDraft({ groupId: id, sender: 'owner', message }));
    if (outcome.type === 'refused') throw new Error(outcome.failure.code);
    return outcome.messageId;
  }

  /** Takes the lease of the group's partition and works under it. @returns a function that hands it over */
  async own(nodeId = 'node-1'): Promise<() => Promise<void>> {
    const lease = await this.engine.leases.acquire(partitionOf(groupIdSchema.parse(groupId)), nodeId);
    if (lease === null) throw new Error('the lease is held');
    const stop = new AbortController();
    const work = createDeliveryWork({
      engine: this.engine,
      adapters: this.#adapters(),
      settings: { ...defaultDeliverySettings, ...this.#options.settings },
      clock: this.clock,
      random: seededRandom(),
      logger: silent,
    });
    const running = work.run(lease, stop.signal);
    const end = async () => {
      stop.abort();
      await running;
      await this.engine.leases.release(lease);
    };
    this.#ends.push(end);
    return end;
  }

  /** Moves the clock in small steps, so that everything that was started meanwhile runs. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      for (let turn = 0; turn < 8; turn += 1) await this.clock.advance(0);
      await this.clock.advance(10);
    }
    for (let turn = 0; turn < 20; turn += 1) await this.clock.advance(0);
  }

  /** Texts of messages and types of events. */
  get saved(): readonly string[] {
    return this.archive.saved.map((entry) => (entry.type === 'message' ? entry.message : entry.type));
  }

  async letters(): Promise<readonly DeadLetter[]> {
    return (await this.engine.deadLetters.list({ cursor: null, limit: 200 })).rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) await end();
    await this.engine.close();
  }
}

/** Another group of the partition of `groupId`. */
export function neighbour(): string {
  const home = partitionOf(groupIdSchema.parse(groupId));
  for (let n = 0; ; n += 1) {
    const id = groupIdSchema.parse(`neighbour-${n}`);
    if (partitionOf(id) === home) return id;
  }
}

export async function beginDelivery(options: DeliverySceneOptions = {}): Promise<DeliveryScene> {
  const scene = new DeliveryScene(options);
  await scene.create();
  return scene;
}
