import type { Position } from '@plenum/core';
import type { UserId } from '@plenum/protocol';

export type BanStanding = Pick<Position, 'isBanned' | 'bannedUntilMs'>;

const notBanned: BanStanding = { isBanned: false, bannedUntilMs: null };

/** Who is banned from one group, and until when. A ban whose time has come is none, and is forgotten when it is looked at. */
export class Bans {
  /** Null: until somebody unbans. */
  readonly #untilMs = new Map<UserId, number | null>();

  /** Replaces the time of an earlier ban. */
  put(userId: UserId, untilMs: number | null): void {
    this.#untilMs.set(userId, untilMs);
  }

  delete(userId: UserId): void {
    this.#untilMs.delete(userId);
  }

  clear(): void {
    this.#untilMs.clear();
  }

  standing(userId: UserId, nowMs: number): BanStanding {
    const untilMs = this.#untilMs.get(userId);
    if (untilMs === undefined) return notBanned;
    if (untilMs === null || untilMs > nowMs) return { isBanned: true, bannedUntilMs: untilMs };
    this.#untilMs.delete(userId);
    return notBanned;
  }
}
