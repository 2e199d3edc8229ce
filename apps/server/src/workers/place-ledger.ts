/** Counts the places of connections over all workers of a machine. What a worker held is free when it has ended. */
import { LocalPlaces, type Place, type PlaceLimits } from '@plenum/gateway';

interface Held {
  readonly place: Place;
  count: number;
}

const nameOf = ({ kind, key }: Place) => `${kind} ${key}`;

/** @template W a worker */
export class PlaceLedger<W> {
  readonly #places: LocalPlaces;
  readonly #heldBy = new Map<W, Map<string, Held>>();

  constructor(limits: PlaceLimits) {
    this.#places = new LocalPlaces(limits);
  }

  /** Takes all of these places for the worker, or none. */
  take(worker: W, places: readonly Place[]): boolean {
    if (!this.#places.take(places)) return false;
    const held = this.#heldBy.get(worker) ?? new Map<string, Held>();
    this.#heldBy.set(worker, held);
    for (const place of places) {
      const known = held.get(nameOf(place));
      if (known === undefined) held.set(nameOf(place), { place, count: 1 });
      else known.count += 1;
    }
    return true;
  }

  release(worker: W, places: readonly Place[]): void {
    const held = this.#heldBy.get(worker);
    for (const place of places) {
      const known = held?.get(nameOf(place));
      if (known === undefined) continue;
      this.#places.release([place]);
      known.count -= 1;
      if (known.count === 0) held?.delete(nameOf(place));
    }
  }

  /** Frees all places of a worker that has ended. */
  leave(worker: W): void {
    for (const { place, count } of this.#heldBy.get(worker)?.values() ?? [])
      for (let i = 0; i < count; i += 1) this.#places.release([place]);
    this.#heldBy.delete(worker);
  }
}
