/**
 * What one node has told of one group, and what it has yet to tell. Pure: who is attached is asked, time is given, and what
 * has to be written is returned.
 */
import type { UserId } from '@plenum/protocol';

interface Doubt {
  /** It is not known whether the store has the user for this node: it is written again in any case. */
  readonly isUnknown: boolean;
  /** When the departure is written: many users come back at once, on this node or on another. */
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

  /** The store may lack what was written. */
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

  /** Whether it arrived is not known. */
  failed({ came, went }: PresenceChanges): void {
    for (const userId of [...came, ...went]) this.forget(userId);
  }
}
