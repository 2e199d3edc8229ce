/**
 * Announced users of one group on one node, and the changes that are not written yet. Pure: time and attached users
 * come as arguments, and the changes to write are returned.
 */
import type { UserId } from '@plenum/protocol';

interface Doubt {
  /** True if it is unknown whether the store has the user for this node: the state is written in any case. */
  readonly isUnknown: boolean;
  /** When a departure is written: later, because many users come back at once, on this node or on another. */
  readonly departsAtMs: number;
}

export interface PresenceChanges {
  readonly came: UserId[];
  readonly went: UserId[];
}

export class GroupAnnouncements {
  readonly #announced = new Set<UserId>();
  readonly #doubts = new Map<UserId, Doubt>();
  /** True while a write is in progress; the next one waits, so the store gets them in order. */
  isBusy = false;

  get announced(): ReadonlySet<UserId> {
    return this.#announced;
  }
  get isDone(): boolean {
    return !this.isBusy && this.#announced.size === 0 && this.#doubts.size === 0;
  }
  get isDoubtful(): boolean {
    return this.#doubts.size > 0;
  }

  /** The user was attached or detached here. */
  note(userId: UserId, departsAtMs: number): void {
    const isUnknown = this.#doubts.get(userId)?.isUnknown ?? false;
    this.#doubts.set(userId, { isUnknown, departsAtMs });
  }

  /** Marks the user as unknown: the store may not have what was written. */
  forget(userId: UserId): void {
    this.#doubts.set(userId, { isUnknown: true, departsAtMs: 0 });
  }

  /** Takes at most `limit` users whose change is due to be written. */
  take(isAttached: (userId: UserId) => boolean, nowMs: number, limit: number): PresenceChanges {
    const changes: PresenceChanges = { came: [], went: [] };
    for (const [userId, { isUnknown, departsAtMs }] of this.#doubts) {
      if (changes.came.length + changes.went.length >= limit) break;
      const isHere = isAttached(userId);
      const isWritten = !isUnknown && isHere === this.#announced.has(userId);
      if (!isWritten && !isHere && nowMs < departsAtMs) continue;
      this.#doubts.delete(userId);
      if (!isWritten) (isHere ? changes.came : changes.went).push(userId);
    }
    return changes;
  }

  /** When the next departure is due; null: nothing waits. */
  get nextDueMs(): number | null {
    let dueMs: number | null = null;
    for (const { departsAtMs } of this.#doubts.values()) dueMs = Math.min(dueMs ?? departsAtMs, departsAtMs);
    return dueMs;
  }

  written({ came, went }: PresenceChanges): void {
    for (const userId of came) this.#announced.add(userId);
    for (const userId of went) this.#announced.delete(userId);
  }

  /** Marks all users of a failed write as unknown: the write may have arrived. */
  failed({ came, went }: PresenceChanges): void {
    for (const userId of [...came, ...went]) this.forget(userId);
  }
}
