/**
 * Limits the connections of one user and of one address on this node, and those of an address without an admitted
 * user. Counted per node, because the limits protect its memory and event loop; a count over all nodes would cost a
 * round trip per connect, and a cleanup after crashes. Workers of one machine share one count (`machine.ts`).
 */

/** `unauthenticated`: a connection of an address without an admitted user. */
export type PlaceKind = 'user' | 'address' | 'unauthenticated';

export interface Place {
  readonly kind: PlaceKind;
  /** The user id or the address. */
  readonly key: string;
}

/** A promise if another process decides; it never rejects. */
export type Granted = boolean | Promise<boolean>;

export interface Places {
  /** Takes all of these places, or none of them. @returns false: one of them is not left */
  take(places: readonly Place[]): Granted;
  /** Gives places back. Call it once per place that was taken. */
  release(places: readonly Place[]): void;
}

/** The most places of each kind for one key; 0: no limit. */
export type PlaceLimits = Readonly<Record<PlaceKind, number>>;

/** Counts in this process. */
export class LocalPlaces implements Places {
  readonly #limits: PlaceLimits;
  readonly #taken: Readonly<Record<PlaceKind, Map<string, number>>> = {
    user: new Map(),
    address: new Map(),
    unauthenticated: new Map(),
  };

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  take(places: readonly Place[]): boolean {
    if (!places.every((place) => this.#isLeft(place))) return false;
    for (const { kind, key } of places) this.#taken[kind].set(key, (this.#taken[kind].get(key) ?? 0) + 1);
    return true;
  }

  release(places: readonly Place[]): void {
    for (const { kind, key } of places) {
      const left = (this.#taken[kind].get(key) ?? 1) - 1;
      if (left === 0) this.#taken[kind].delete(key);
      else this.#taken[kind].set(key, left);
    }
  }

  #isLeft({ kind, key }: Place): boolean {
    const max = this.#limits[kind];
    return max === 0 || (this.#taken[kind].get(key) ?? 0) < max;
  }
}

/** Calls `next` with the verdict: at once if it is known. */
export function whenKnown(granted: Granted, next: (isGranted: boolean) => void): void {
  if (typeof granted === 'boolean') next(granted);
  else void granted.then(next);
}
