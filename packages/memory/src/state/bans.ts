/** The bans of one group. */
import type { Position } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { byText, SortedList } from './sorted-list.ts';

export type BanStanding = Pick<Position, 'isBanned' | 'bannedUntilMs'>;

const notBanned: BanStanding = { isBanned: false, bannedUntilMs: null };

interface BanEnd {
  readonly untilMs: number;
  readonly userId: UserId;
}

/** The bans of one group, by user. An ended ban no longer counts, even before it is removed. */
export class Bans {
  /** The end of each ban, ms; null for a ban without an end. */
  readonly #untilMs = new Map<UserId, number | null>();
  readonly #ends = new SortedList<BanEnd>((a, b) => a.untilMs - b.untilMs || byText(a.userId, b.userId));

  get size(): number {
    return this.#untilMs.size;
  }

  /** True if some bans have an end. */
  get hasTimed(): boolean {
    return this.#ends.size > 0;
  }

  /** Adds a ban, or replaces the end of an earlier one. */
  put(userId: UserId, untilMs: number | null): void {
    this.delete(userId);
    this.#untilMs.set(userId, untilMs);
    if (untilMs !== null) this.#ends.add({ untilMs, userId });
  }

  delete(userId: UserId): void {
    const untilMs = this.#untilMs.get(userId) ?? null;
    if (untilMs !== null) this.#ends.delete({ untilMs, userId });
    this.#untilMs.delete(userId);
  }

  clear(): void {
    for (const userId of [...this.#untilMs.keys()]) this.delete(userId);
  }

  /** Removes ended bans, the earliest first, at most `limit`. */
  dropEnded(nowMs: number, limit: number): void {
    const ended = this.#ends.countWhile(({ untilMs }) => untilMs <= nowMs);
    for (const { userId } of this.#ends.slice(0, Math.min(ended, limit))) this.delete(userId);
  }

  standing(userId: UserId, nowMs: number): BanStanding {
    const untilMs = this.#untilMs.get(userId);
    if (untilMs === undefined || (untilMs !== null && untilMs <= nowMs)) return notBanned;
    return { isBanned: true, bannedUntilMs: untilMs };
  }
}
