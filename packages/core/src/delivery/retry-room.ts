/**
 * How many more entries of each group may be kept to be offered to an adapter again. Each group has its own room: what is
 * kept of one takes nothing from another. Pure.
 */
import type { GroupId } from '@plenum/protocol';
import type { DeliveryKind } from '../ports/adapters.ts';
import type { OutboxBatch } from '../ports/outbox.ts';

export class RetryRoom {
  readonly #kept: Map<GroupId, number>;
  readonly #max: number;

  private constructor(kept: ReadonlyMap<GroupId, number>, max: number) {
    this.#kept = new Map(kept);
    this.#max = max;
  }

  /** What the archive refuses counts for the room queue of its group, which bounds it already. */
  static of(kind: DeliveryKind, { retryingOf }: Pick<OutboxBatch, 'retryingOf'>, max: number): RetryRoom {
    return new RetryRoom(retryingOf, kind === 'archive' ? Number.POSITIVE_INFINITY : max);
  }

  /** @returns whether the group had room for one more; it has one place less then. */
  take(groupId: GroupId): boolean {
    const kept = this.#kept.get(groupId) ?? 0;
    if (kept >= this.#max) return false;
    this.#kept.set(groupId, kept + 1);
    return true;
  }
}
