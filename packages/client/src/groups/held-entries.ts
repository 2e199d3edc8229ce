import type { Entry } from './entry.ts';

const heldMax = 1000;

/** Entries that came before their turn. The excess is not kept, but what came is remembered: it is read from the log. */
export class HeldEntries {
  readonly #bySeq = new Map<number, Entry>();
  #highestSeq = 0;

  /** Of all that came, kept or not. */
  get highestSeq(): number {
    return this.#highestSeq;
  }

  add(entry: Entry): void {
    this.#highestSeq = Math.max(this.#highestSeq, entry.seq);
    if (this.#bySeq.size < heldMax) this.#bySeq.set(entry.seq, entry);
  }

  take(seq: number): Entry | null {
    const entry = this.#bySeq.get(seq) ?? null;
    this.#bySeq.delete(seq);
    return entry;
  }

  clear(): void {
    this.#bySeq.clear();
    this.#highestSeq = 0;
  }
}
