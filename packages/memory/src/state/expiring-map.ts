/** A map whose values expire. The cost of a sweep depends on the number of expired values, not on the size of the map. */
const SLOT_MS = 1000;

interface Kept<V> {
  readonly value: V;
  readonly expiresAtMs: number;
}

export class ExpiringMap<K, V> {
  readonly #kept = new Map<K, Kept<V>>();
  /** Keys by the second in which they expire. A key whose time was extended is in its earlier slot too. */
  readonly #slots = new Map<number, K[]>();
  #sweptSlot: number;

  constructor(nowMs: number) {
    this.#sweptSlot = Math.floor(nowMs / SLOT_MS);
  }

  get size(): number {
    return this.#kept.size;
  }

  get(key: K, nowMs: number): V | undefined {
    const kept = this.#kept.get(key);
    return kept === undefined || kept.expiresAtMs <= nowMs ? undefined : kept.value;
  }

  set(key: K, value: V, expiresAtMs: number): void {
    const slot = Math.ceil(expiresAtMs / SLOT_MS);
    const before = this.#kept.get(key);
    this.#kept.set(key, { value, expiresAtMs });
    if (before !== undefined && Math.ceil(before.expiresAtMs / SLOT_MS) === slot) return;
    const keys = this.#slots.get(slot);
    if (keys === undefined) this.#slots.set(slot, [key]);
    else keys.push(key);
  }

  delete(key: K): void {
    this.#kept.delete(key);
  }

  /** Removes expired values. */
  sweep(nowMs: number): void {
    const untilSlot = Math.floor(nowMs / SLOT_MS);
    for (let slot = this.#sweptSlot + 1; slot <= untilSlot; slot += 1) {
      for (const key of this.#slots.get(slot) ?? []) {
        const kept = this.#kept.get(key);
        if (kept !== undefined && kept.expiresAtMs <= nowMs) this.#kept.delete(key);
      }
      this.#slots.delete(slot);
    }
    this.#sweptSlot = Math.max(this.#sweptSlot, untilSlot);
  }
}
