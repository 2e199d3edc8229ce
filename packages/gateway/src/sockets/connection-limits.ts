/**
 * How many connections one user and one address may have on this node, and how many of an address may not have brought a token
 * yet. Counted per node, because the limits protect the memory and the event loop of the node; a count over all nodes would cost a
 * round trip per connect and a clean-up after crashes.
 */
import type { UserId } from '@plenum/protocol';

/** A place that was taken; released once, however often it is called. */
export type Release = () => void;

class Places<K> {
  readonly #max: number;
  readonly #taken = new Map<K, number>();

  /** @param max 0: no limit. */
  constructor(max: number) {
    this.#max = max;
  }

  /** @returns null when there is no place left. */
  take(key: K): Release | null {
    const taken = this.#taken.get(key) ?? 0;
    if (this.#max > 0 && taken >= this.#max) return null;
    this.#taken.set(key, taken + 1);
    let isReleased = false;
    return () => {
      if (!isReleased) this.#release(key);
      isReleased = true;
    };
  }

  #release(key: K): void {
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left === 0) this.#taken.delete(key);
    else this.#taken.set(key, left);
  }
}

export interface ConnectionLimits {
  readonly users: Places<UserId>;
  readonly addresses: Places<string>;
  /** Of each address, those without an admitted user. */
  readonly unauthenticated: Places<string>;
}

export const createConnectionLimits = (max: {
  readonly perUser: number;
  readonly perAddress: number;
  readonly unauthenticatedPerAddress: number;
}): ConnectionLimits => ({
  users: new Places(max.perUser),
  addresses: new Places(max.perAddress),
  unauthenticated: new Places(max.unauthenticatedPerAddress),
});
