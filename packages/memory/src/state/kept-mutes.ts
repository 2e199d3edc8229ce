/** Mutes of users that have left, in a group with the setting `mute_survives_rejoin`. */
import type { MemberRecord } from '@plenum/core';
import type { UserId } from '@plenum/protocol';

export class KeptMutes {
  /** The end of each mute, ms; null: it has none. */
  readonly #untilMs = new Map<UserId, number | null>();

  get size(): number {
    return this.#untilMs.size;
  }

  put(userId: UserId, untilMs: number | null): void {
    this.#untilMs.set(userId, untilMs);
  }

  /** Removes the mute of a user. @returns it if it has not ended, else null */
  take(userId: UserId, nowMs: number): Pick<MemberRecord, 'mutedUntilMs'> | null {
    const mutedUntilMs = this.#untilMs.get(userId);
    this.#untilMs.delete(userId);
    if (mutedUntilMs === undefined || (mutedUntilMs !== null && mutedUntilMs <= nowMs)) return null;
    return { mutedUntilMs };
  }

  dropEnded(nowMs: number): void {
    for (const [userId, untilMs] of this.#untilMs) {
      if (untilMs !== null && untilMs <= nowMs) this.#untilMs.delete(userId);
    }
  }

  clear(): void {
    this.#untilMs.clear();
  }
}
