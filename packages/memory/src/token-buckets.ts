/** Token buckets per (sender, group): a burst at once, then one token per 1000 / ratePerSec ms. */
import type { EngineSettings, MessageDraft } from '@plenum/core';
import { ExpiringMap } from './expiring-map.ts';

type Rate = Pick<EngineSettings, 'ratePerSec' | 'rateBurst'>;

export class TokenBuckets {
  readonly #msPerToken: number;
  /** How far ahead of now a bucket may be full again and still hold a token. */
  readonly #toleranceMs: number;
  /** When each bucket is full again. Whole numbers for whole ms per token, so nothing drifts. */
  readonly #fullAtMs: ExpiringMap<string, number>;

  constructor({ ratePerSec, rateBurst }: Rate, nowMs: number) {
    this.#msPerToken = 1000 / ratePerSec;
    this.#toleranceMs = (rateBurst - 1) * this.#msPerToken;
    this.#fullAtMs = new ExpiringMap(nowMs);
  }

  /** Takes one token. @returns 0, or the ms until there is one (at least 1) and nothing was taken. */
  take({ groupId, sender }: Pick<MessageDraft, 'groupId' | 'sender'>, nowMs: number): number {
    const name = `${groupId}\n${sender}`;
    const fullAtMs = this.#fullAtMs.get(name, nowMs) ?? nowMs;
    const missingMs = fullAtMs - nowMs - this.#toleranceMs;
    if (missingMs > 0) return Math.ceil(missingMs);
    const laterMs = fullAtMs + this.#msPerToken;
    this.#fullAtMs.set(name, laterMs, laterMs);
    return 0;
  }

  sweep(nowMs: number): void {
    this.#fullAtMs.sweep(nowMs);
  }
}
