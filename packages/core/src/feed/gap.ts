/**
 * A gap between the entries that a feed received: later entries are buffered, and one read at a time fills the gap.
 * A buffered message may be taken down while it waits, so a text is pushed from the buffer only if it is younger than
 * the last read.
 */

import { type ChangeEntry, changeOf, type LogEntry } from '../log/entry.ts';
import type { LogRange } from '../ports/group-log.ts';

/** Entries that are buffered beyond a gap. Further ones are dropped and read from the log later. */
const bufferedMax = 10_000;

export class Gap {
  readonly #buffered = new Map<number, LogEntry>();
  #isBeingRead = false;

  /** True if an entry is buffered. */
  get isBuffering(): boolean {
    return this.#buffered.size > 0;
  }

  buffer(entry: LogEntry): void {
    if (entry.type === 'change') this.#dropTakenDown(entry);
    // The wire may be a view that keeps 64 KiB of other entries in memory.
    if (this.#buffered.size < bufferedMax)
      this.#buffered.set(entry.seq, { ...entry, wire: ownBytes(entry.wire) });
  }

  /** Drops the buffered entries for which `isOfUse` is false. */
  keep(isOfUse: (entry: LogEntry) => boolean): void {
    for (const [seq, entry] of this.#buffered) if (!isOfUse(entry)) this.#buffered.delete(seq);
  }

  /** Drops the text of a message whose take-down has come: the message is read from the log, as its tombstone. */
  #dropTakenDown(entry: ChangeEntry): void {
    const { type, target_seq: seq } = changeOf(entry);
    if (type === 'deleted') this.#buffered.delete(seq);
  }

  /** Takes the buffered entry with this seq; null if there is none. */
  take(seq: number): LogEntry | null {
    const entry = this.#buffered.get(seq) ?? null;
    this.#buffered.delete(seq);
    return entry;
  }

  /** @returns false: a read is in progress already; after it the feed looks for gaps again */
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

/** A copy in memory of its own: `Buffer.from` may take a part of a pool, of 64 KiB in Node 24, and keep all of that. */
function ownBytes(wire: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(wire.length);
  wire.copy(copy);
  return copy;
}
