/** Compares ids by code unit, as Redis orders them. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A sorted array. Reading a page costs its length; a change moves the items behind it once. */
export class SortedList<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Adds an item, unless the list has an equal one. */
  add(item: T): void {
    const at = this.countUpTo(item);
    const before = this.#items[at - 1];
    if (before !== undefined && this.#compare(before, item) === 0) return;
    this.#items.splice(at, 0, item);
  }

  delete(item: T): void {
    const at = this.countUpTo(item) - 1;
    const found = this.#items[at];
    if (found !== undefined && this.#compare(found, item) === 0) this.#items.splice(at, 1);
  }

  has(item: T): boolean {
    const found = this.#items[this.countUpTo(item) - 1];
    return found !== undefined && this.#compare(found, item) === 0;
  }

  /** @returns the number of items that are smaller than the bound or equal to it */
  countUpTo(bound: T): number {
    return this.countWhile((item) => this.#compare(item, bound) <= 0);
  }

  /** @returns the number of leading items that satisfy the condition. After the first other item, no item may satisfy it */
  countWhile(holds: (item: T) => boolean): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.#items[middle];
      if (item !== undefined && holds(item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** At most `limit` items, beginning with the one at `index`. */
  slice(index: number, limit: number): T[] {
    return this.#items.slice(index, index + limit);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
