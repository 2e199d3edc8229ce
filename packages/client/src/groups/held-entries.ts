import type { Entry } from './entry.ts';

const heldMax = 1000;

/**
 * Entries that came before their turn, in the order in which they came: they may be of several logs. The excess is not
 * kept, but the last of it is remembered: the entries up to it are read from the log.
 */
export class HeldEntries {
  #entries: Entry[] = [];
  #excess: Entry | null = null;

  get isAny(): boolean {
    return this.#entries.length > 0;
  }

  add(entry: Entry): void {
    if (this.#entries.length < heldMax) this.#entries.push(entry);
    else this.#excess = entry;
  }

  /** All that is held, and the last of the excess; they are held no longer. */
  takeAll(): Entry[] {
    const entries = this.#excess === null ? this.#entries : [...this.#entries, this.#excess];
    this.clear();
    return entries;
  }

  clear(): void {
    this.#entries = [];
    this.#excess = null;
  }
}
