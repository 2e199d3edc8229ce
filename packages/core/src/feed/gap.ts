/** A gap in what a feed has heard of its log: entries beyond it wait, and the log is read once at a time to fill it. */

import type { LogEntry } from '../log/entry.ts';
import type { LogRange } from '../ports/group-log.ts';

/** Entries held beyond a gap; more than this are dropped again and read from the log instead. */
const heldMax = 10_000;

export class Gap {
  readonly #held = new Map<number, LogEntry>();
  #isBeingRead = false;

  /** Something waits for its turn. */
  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  hold(entry: LogEntry): void {
    if (this.#held.size < heldMax) this.#held.set(entry.seq, entry);
  }

  /** Lets go of all that is not of use any more. */
  keep(isOfUse: (entry: LogEntry) => boolean): void {
    for (const [seq, entry] of this.#held) if (!isOfUse(entry)) this.#held.delete(seq);
  }

  /** The entry whose turn it is, or null. */
  take(seq: number): LogEntry | null {
    const entry = this.#held.get(seq) ?? null;
    this.#held.delete(seq);
    return entry;
  }

  /** @returns false: the log is being read already, and whoever gets it looks for himself what is missing then. */
  beginReading(): boolean {
    if (this.#isBeingRead) return false;
    this.#isBeingRead = true;
    return true;
  }

  wasRead(): void {
    this.#isBeingRead = false;
  }
}

/** True when the log goes on after `lastSeq`, but does not hold the next entry any more. */
export function isTrimmedAfter(lastSeq: number, { head, entries }: LogRange): boolean {
  if (head.seq <= lastSeq) return false;
  const first = entries.find(({ seq }) => seq > lastSeq);
  return first === undefined ? entries.length === 0 : first.seq > lastSeq + 1;
}
