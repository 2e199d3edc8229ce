/** Codes that count once. */

/**
 * Codes by their digests, over all nodes of the prefix. Every method throws `PlenumError` `unavailable` when the store
 * cannot be reached.
 */
export interface OneTimeCodes {
  /** From now on the code can be taken, for `ttlMs`. */
  keep(digest: string, ttlMs: number): Promise<void>;
  /** Atomic: of all calls about a code that is kept exactly one gets true. */
  take(digest: string): Promise<boolean>;
}
