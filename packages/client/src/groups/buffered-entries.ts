import type { Entry } from './entry.ts';

const bufferedMax = 1000;

/**
 * Entries that arrived behind a gap, in the order of their arrival; they may belong to several logs. Above the bound only the
 * last one is kept: the entries before it are read from the log.
 */
export class BufferedEntries {
  #entries: Entry[] = [];
  #excess: Entry | null = null;

  get isAny(): boolean {
    return this.#entries.length > 0;
  }

  add(entry: Entry): void {
    if (this.#entries.length < bufferedMax) this.#entries.push(entry);
    else this.#excess = entry;
  }

  /** All entries, the last one of the excess included; the buffer is empty after that. */
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
