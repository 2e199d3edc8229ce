/** One group, the outbox of its partition, and the lease under which a test takes things from it. */
import {
  type DeadLetter,
  type DeliveryCommit,
  type DeliveryKind,
  type Lease,
  type OutboxBatch,
  partitionOf,
} from '@plenum/core';
import { createCommand } from '../../commands.ts';
import type { MakeEngine } from '../engine-harness.ts';
import { Scene } from '../scene.ts';

/** A group and the outbox of its partition, held by `node-1`. */
export class OutboxScene implements AsyncDisposable {
  readonly scene: Scene;
  readonly lease: Lease;

  constructor(scene: Scene, lease: Lease) {
    this.scene = scene;
    this.lease = lease;
  }

  async read(kind: DeliveryKind = 'archive', limit = 100): Promise<OutboxBatch> {
    const batch = await this.scene.engine.outbox.read(this.lease.partition, kind, limit);
    if (batch === null) throw new Error(`the outbox was not opened for ${kind}`);
    return batch;
  }

  /** Passes all that is before the kind; `changes` says what else. */
  async pass(
    changes: Partial<DeliveryCommit> = {},
    lease = this.lease,
  ): Promise<'committed' | 'not_owner' | 'moved'> {
    const { kind = 'archive' } = changes;
    const { cursor, endPlace, entries } = await this.read(kind);
    const commit = { kind, expectedCursor: cursor, cursor: endPlace, passed: entries, ...nothing };
    return (await this.scene.engine.outbox.commit(lease, { ...commit, ...changes })).outcome;
  }

  /** Commits nothing but these changes; the cursor stays. */
  async stay(changes: Partial<DeliveryCommit>): Promise<'committed' | 'not_owner' | 'moved'> {
    const { cursor, pageMark } = await this.read(changes.kind ?? 'archive');
    return this.pass({ cursor, passed: [], pageMark, ...changes });
  }

  async isWaiting(): Promise<boolean> {
    const { partition } = this.lease;
    return (await this.scene.engine.outbox.waiting([partition])).has(partition);
  }

  async letters(): Promise<readonly DeadLetter[]> {
    return (await this.scene.engine.deadLetters.list({ cursor: null, limit: 100 })).rows;
  }

  /** Sends, passes and refuses for good one message after the other. */
  async bury(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.scene.send('owner', text);
      const entry = (await this.read()).entries.at(-1);
      if (entry === undefined) throw new Error('nothing waits');
      const messageId = entry.entry.message_id;
      await this.pass({
        deadLetters: [{ messageId, attempts: 6, place: entry.place, reason: `no ${text}` }],
      });
    }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.scene[Symbol.asyncDispose]();
  }
}

const nothing = {
  retries: [],
  deadLetters: [],
  taken: [],
  pageMark: null,
  passedUnreadable: [],
  deadLettersKept: null,
} as const;

export async function beginOutbox(
  makeEngine: MakeEngine,
  options: { readonly kinds?: readonly DeliveryKind[]; readonly roomQueueLimit?: number } = {},
): Promise<OutboxScene> {
  const { kinds = ['archive'], roomQueueLimit = 2048 } = options;
  const engineSettings = { deliveryKinds: kinds, roomQueueLimit, ratePerSec: 1e6, rateBurst: 1e6 };
  const scene = new Scene(await makeEngine(engineSettings), 'room:one');
  const lease = await scene.engine.leases.acquire(partitionOf(scene.groupId), 'node-1');
  if (lease === null) throw new Error('the lease is held by another node');
  // A queue is counted from the first entry behind the opening on.
  await scene.engine.outbox.open(lease);
  await scene.do(createCommand({ groupId: scene.groupId, actor: 'owner' }));
  return new OutboxScene(scene, lease);
}

export const textOf = ({ entry }: { readonly entry: DeadLetter['entry'] }): string =>
  entry?.type === 'message' ? entry.message : (entry?.type ?? 'unreadable');
