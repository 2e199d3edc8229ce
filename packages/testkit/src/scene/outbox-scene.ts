/** One group, the outbox of its partition, and the lease with which a test commits deliveries. */
import {
  type CommitOutcome,
  type DeadLetter,
  type DeliveryCommit,
  type DeliveryKind,
  type Lease,
  type OutboxBatch,
  partitionOf,
} from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { createCommand, messageDraft } from '../commands.ts';
import type { MakeEngine } from './engine-harness.ts';
import { Scene } from './scene.ts';

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

  /** Commits every waiting entry of the kind as passed, with these changes. */
  async pass(
    changes: Partial<DeliveryCommit> = {},
    lease = this.lease,
  ): Promise<'committed' | 'not_owner' | 'moved'> {
    return (await this.commit(changes, lease)).type;
  }

  async commit(changes: Partial<DeliveryCommit>, lease = this.lease): Promise<CommitOutcome> {
    const { kind = 'archive' } = changes;
    const { cursor, endOffset, entries } = await this.read(kind);
    const commit = { kind, expectedCursor: cursor, cursor: endOffset, passed: entries, ...nothing };
    return this.scene.engine.outbox.commit(lease, { ...commit, ...changes });
  }

  /** Commits these changes only; the cursor stays. */
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

  /** For each message: sends it, passes it, and makes it a dead letter. */
  async bury(...texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.buryIn(this.scene.groupId, text);
  }

  /** @param kept dead letters that stay. @returns how many were dropped */
  async buryIn(groupId: string, text: string, kept: number | null = null): Promise<number> {
    const { offset, messageId } = await this.sendTo(groupId, text);
    const deadLetters = [{ messageId, attempts: 6, offset, reason: `no ${text}` }];
    const committed = await this.commit({ deadLetters, deadLettersKept: kept });
    return committed.type === 'committed' ? committed.droppedDeadLetters : Number.NaN;
  }

  /** Sends one message and passes it; it is retried when it is the turn of its group. */
  async setAside(groupId: string, text: string): Promise<string> {
    const { offset, messageId } = await this.sendTo(groupId, text);
    const retry = { messageId, attempts: 0, offset, delayMs: null, membersCursor: null };
    await this.pass({ retries: [retry] });
    return messageId;
  }

  /** Sends a message. @returns where it waits in the outbox */
  async sendTo(groupId: string, message: string): Promise<{ offset: string; messageId: string }> {
    await this.scene.engine.log.append(messageDraft({ groupId, sender: 'owner', message }));
    const last = (await this.read()).entries.at(-1);
    if (last === undefined) throw new Error('nothing waits');
    return { offset: last.offset, messageId: last.entry.message_id };
  }

  /** Creates another group in the same partition. The entry of its creation waits, too. */
  async neighbour(): Promise<string> {
    const ids = Array.from({ length: 5000 }, (_, at) => groupIdSchema.parse(`neighbour-${at}`));
    const groupId = ids.find((id) => partitionOf(id) === this.lease.partition);
    if (groupId === undefined) throw new Error('no id belongs to the partition');
    await this.scene.do(createCommand({ groupId, actor: 'owner' }));
    return groupId;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.scene[Symbol.asyncDispose]();
  }
}

const nothing = {
  retries: [],
  deadLetters: [],
  deliveredRetries: [],
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
  // Queues count only entries that were stored after the outbox was opened.
  await scene.engine.outbox.open(lease);
  await scene.do(createCommand({ groupId: scene.groupId, actor: 'owner' }));
  return new OutboxScene(scene, lease);
}

export const textOf = ({ entry }: { readonly entry: DeadLetter['entry'] }): string =>
  (entry?.type === 'message' ? entry.message : entry?.type) ?? 'unreadable';
