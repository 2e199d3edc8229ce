/** How long a client waits before it connects again: as `socket.io-client` does by its own settings. */

export interface ReconnectSettings {
  /** `reconnectionDelay`: before the first attempt, ms; it doubles. */
  readonly delayMs: number;
  /** `reconnectionDelayMax`, ms. */
  readonly maxMs: number;
  /** `randomizationFactor`, 0 to 1. */
  readonly factor: number;
}

/** The defaults of `socket.io-client`. */
export const usualReconnect: ReconnectSettings = { delayMs: 1000, maxMs: 5000, factor: 0.5 };

/** @param attempt attempts that have failed since the last connection. @param fraction random, 0 to 1, 1 excluded. @returns ms */
export function reconnectPause(attempt: number, settings: ReconnectSettings, fraction: number): number {
  const wholeMs = settings.delayMs * 2 ** attempt;
  const deviationMs = Math.floor(fraction * settings.factor * wholeMs);
  // The second digit of the fraction decides whether the pause is shorter or longer.
  const isShorter = Math.floor(fraction * 10) % 2 === 0;
  return Math.floor(Math.min(wholeMs + (isShorter ? -deviationMs : deviationMs), settings.maxMs));
}
