/** How often one user may say on this node that he types, over all groups: nothing that costs so little is worth more. */
import type { UserId } from '@plenum/protocol';
import type { Clock } from '../ports/clock.ts';

const perSec = 5;
const burst = 10;
const tokenMs = 1000 / perSec;
/** Users whose bucket is remembered; full buckets are forgotten when there are more. */
const rememberedMax = 10_000;

export class TypingPace {
  readonly #clock: Clock;
  /** When each bucket will be full again, ms. */
  readonly #fullAtMs = new Map<UserId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns 0; or the ms until there is a token, at least 1 */
  take(userId: UserId): number {
    const nowMs = this.#clock.monotonicMs();
    const fullAtMs = Math.max(this.#fullAtMs.get(userId) ?? 0, nowMs) + tokenMs;
    const missingMs = fullAtMs - nowMs - burst * tokenMs;
    if (missingMs > 0) return Math.ceil(missingMs);
    if (this.#fullAtMs.size >= rememberedMax) this.#forgetFull(nowMs);
    this.#fullAtMs.set(userId, fullAtMs);
    return 0;
  }

  #forgetFull(nowMs: number): void {
    for (const [userId, fullAtMs] of this.#fullAtMs) if (fullAtMs <= nowMs) this.#fullAtMs.delete(userId);
  }
}
