/**
 * What one node has told of one group, and what it has yet to tell. Pure: who is attached is asked, time is given, and what
 * has to be told comes back.
 */
import type { UserId } from '@plenum/protocol';

interface Doubt {
  /** Whether the store holds the user for this node is not known: it is told again, whatever was told before. */
  readonly isUnknown: boolean;
  /** From when on it is told that he went: many come back at once, on this node or on another. */
  readonly departsAtMs: number;
}

export interface PresenceChanges {
  readonly came: UserId[];
  readonly went: UserId[];
}

export class GroupAnnouncements {
  readonly #announced = new Set<UserId>();
  readonly #doubts = new Map<UserId, Doubt>();
  /** A write is under way; the next one waits, so that the store gets them in order. */
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

  /** The store may not hold what was told. */
  forget(userId: UserId): void {
    this.#doubts.set(userId, { isUnknown: true, departsAtMs: 0 });
  }

  /** Takes at most `limit` users whose change is to be told now. */
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

  /** When the next departure is to be told; null: nothing waits. */
  get nextDueMs(): number | null {
    let dueMs: number | null = null;
    for (const { departsAtMs } of this.#doubts.values()) dueMs = Math.min(dueMs ?? departsAtMs, departsAtMs);
    return dueMs;
  }

  written({ came, went }: PresenceChanges): void {
    for (const userId of came) this.#announced.add(userId);
    for (const userId of went) this.#announced.delete(userId);
  }

  /** Whether it arrived is not known. */
  failed({ came, went }: PresenceChanges): void {
    for (const userId of [...came, ...went]) this.forget(userId);
  }
}
