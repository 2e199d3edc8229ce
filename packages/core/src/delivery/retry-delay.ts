import type { Random } from '../ports/random.ts';

const longestMs = 60_000;

/**
 * Exponential with jitter: between half and all of `baseMs · 2^(attempts - 1)`, at most a minute, so that entries that
 * were refused together do not come back together.
 * @param attempts how often the entry was refused by now, at least 1
 */
export function retryDelayMs(baseMs: number, attempts: number, random: Random): number {
  const fullMs = Math.min(longestMs, baseMs * 2 ** (attempts - 1));
  const fraction = Number.parseInt(random.token().slice(0, 8), 16) / 2 ** 32;
  return Math.round(fullMs * (0.5 + fraction / 2));
}
