/**
 * Limits the connections of one user and of one address on this node, and those of an address without an admitted
 * user. Counted per node, because the limits protect its memory and event loop; a count over all nodes would cost a
 * round trip per connect, and a cleanup after crashes.
 */
import type { UserId } from '@plenum/protocol';

class Places<K> {
  readonly #max: number;
  readonly #taken = new Map<K, number>();

  /** @param max 0: no limit. */
  constructor(max: number) {
    this.#max = max;
  }

  /** @returns false: there is no place left. */
  take(key: K): boolean {
    const taken = this.#taken.get(key) ?? 0;
    if (this.#max > 0 && taken >= this.#max) return false;
    this.#taken.set(key, taken + 1);
    return true;
  }

  /** Gives one place back. Call it once per place that was taken. */
  release(key: K): void {
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left === 0) this.#taken.delete(key);
    else this.#taken.set(key, left);
  }
}

export interface ConnectionLimits {
  readonly users: Places<UserId>;
  readonly addresses: Places<string>;
  /** Connections without an admitted user, per address. */
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
