/** The bans of one group. */
import type { BanRow, Position } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { byText, SortedList } from './sorted-list.ts';

export type BanStanding = Pick<Position, 'isBanned' | 'bannedUntilMs'>;

const notBanned: BanStanding = { isBanned: false, bannedUntilMs: null };

interface BanEnd {
  readonly untilMs: number;
  readonly userId: UserId;
}

const hasEnded = ({ untilMs }: Pick<BanRow, 'untilMs'>, nowMs: number): boolean =>
  untilMs !== null && untilMs <= nowMs;

type BanPlace = Pick<BanRow, 'untilMs' | 'userId'>;
export const byEnd = (a: BanPlace, b: BanPlace): number =>
  (a.untilMs ?? Number.MAX_SAFE_INTEGER) - (b.untilMs ?? Number.MAX_SAFE_INTEGER) ||
  byText(a.userId, b.userId);

/** The bans of one group, by user. An ended ban no longer counts, even before it is removed. */
export class Bans {
  readonly #bans = new Map<UserId, BanRow>();
  readonly #ends = new SortedList<BanEnd>((a, b) => a.untilMs - b.untilMs || byText(a.userId, b.userId));

  get size(): number {
    return this.#bans.size;
  }

  /** True if some bans have an end. */
  get hasTimed(): boolean {
    return this.#ends.size > 0;
  }

  /** Adds a ban, or replaces an earlier one. */
  put(ban: BanRow): void {
    const { userId, untilMs } = ban;
    this.delete(userId);
    this.#bans.set(userId, ban);
    if (untilMs !== null) this.#ends.add({ untilMs, userId });
  }

  delete(userId: UserId): void {
    const untilMs = this.#bans.get(userId)?.untilMs ?? null;
    if (untilMs !== null) this.#ends.delete({ untilMs, userId });
    this.#bans.delete(userId);
  }

  clear(): void {
    for (const userId of [...this.#bans.keys()]) this.delete(userId);
  }

  /** Removes ended bans, the earliest first, at most `limit`. */
  dropEnded(nowMs: number, limit: number): void {
    const ended = this.#ends.countWhile(({ untilMs }) => untilMs <= nowMs);
    for (const { userId } of this.#ends.slice(0, Math.min(ended, limit))) this.delete(userId);
  }

  standing(userId: UserId, nowMs: number): BanStanding {
    const ban = this.#bans.get(userId);
    if (ban === undefined || hasEnded(ban, nowMs)) return notBanned;
    return { isBanned: true, bannedUntilMs: ban.untilMs };
  }

  /** The bans in force: those that end first come first, those without an end last, those of one end by their users. */
  inOrder(nowMs: number): readonly BanRow[] {
    return [...this.#bans.values()].filter((ban) => !hasEnded(ban, nowMs)).sort(byEnd);
  }
}
