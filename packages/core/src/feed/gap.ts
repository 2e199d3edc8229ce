/** A gap in what a feed has heard of its log: entries beyond it wait, and the log is read once at a time to fill it. */

import type { LogEntry } from '../log/entry.ts';
import type { LogRange } from '../ports/group-log.ts';

/** Entries held beyond a gap; more than this are dropped again and read from the log instead. */
const bufferedMax = 10_000;

export class Gap {
  readonly #buffered = new Map<number, LogEntry>();
  #isBeingRead = false;

  /** Something waits for its turn. */
  get isBuffering(): boolean {
    return this.#buffered.size > 0;
  }

  buffer(entry: LogEntry): void {
    if (this.#buffered.size < bufferedMax) this.#buffered.set(entry.seq, entry);
  }

  /** Drops what is no longer needed. */
  keep(isOfUse: (entry: LogEntry) => boolean): void {
    for (const [seq, entry] of this.#buffered) if (!isOfUse(entry)) this.#buffered.delete(seq);
  }

  /** The entry whose turn it is, or null. */
  take(seq: number): LogEntry | null {
    const entry = this.#buffered.get(seq) ?? null;
    this.#buffered.delete(seq);
    return entry;
  }

  /** @returns false: a read is already in progress; its result is checked for gaps again. */
  beginReading(): boolean {
    if (this.#isBeingRead) return false;
    this.#isBeingRead = true;
    return true;
  }

  wasRead(): void {
    this.#isBeingRead = false;
  }
}

/** True when the log has entries after `lastSeq`, but no longer the next one. */
export function isTrimmedAfter(lastSeq: number, { head, entries }: LogRange): boolean {
  if (head.seq <= lastSeq) return false;
  const first = entries.find(({ seq }) => seq > lastSeq);
  return first === undefined ? entries.length === 0 : first.seq > lastSeq + 1;
}
