/**
 * How much a device that catches up is given at a time. It reads on when its buffer is empty, but what is live and what
 * it catches up with elsewhere go into the same buffer: together they must stay far below what has a socket cut as slow.
 */

import type { LogEntry } from '../log/entry.ts';
import type { Device } from '../ports/devices.ts';
import type { CatchingUp } from './attachments.ts';

/** Of the payloads of one page; one entry may be bigger by itself. */
const pageMaxBytes = 512 * 1024;

/**
 * The next page for a device, of what was read of the log: only what the feed itself has applied is passed on.
 * Example: the cursor is 40, the feed is at 100, and the log was read from 41 to 140. The page is 41 to 100, or its first
 * part if all of it is above 512 KiB; the next read begins after the last seq of the page.
 * @returns null when the log no longer has the device's next entry
 */
export function pageFor(
  { cursor, endSeq }: CatchingUp,
  read: readonly LogEntry[],
  lastSeq: number,
): readonly LogEntry[] | null {
  const untilSeq = Math.min(endSeq ?? lastSeq, lastSeq);
  const page = pageOf(read, cursor, untilSeq);
  const isTrimmed = page[0] === undefined ? cursor < untilSeq : page[0].seq !== cursor + 1;
  return isTrimmed ? null : page;
}

/** Entries after `cursor` and up to `untilSeq`, as many as one page may hold. */
function pageOf(entries: readonly LogEntry[], cursor: number, untilSeq: number): readonly LogEntry[] {
  const next = entries.filter(({ seq }) => seq > cursor && seq <= untilSeq);
  let bytes = 0;
  const tooMany = next.findIndex(({ wire }, i) => {
    bytes += wire.length;
    return i > 0 && bytes > pageMaxBytes;
  });
  return tooMany < 0 ? next : next.slice(0, tooMany);
}

/** How many entries of this size make a page: what more is read is thrown away. @param most at least 1. */
export function entriesPerPage(read: readonly LogEntry[], most: number): number {
  const bytes = read.reduce((total, { wire }) => total + wire.length, 0);
  if (bytes === 0) return most;
  return Math.max(1, Math.min(most, Math.floor((pageMaxBytes * read.length) / bytes)));
}

/** One page at a time for each device, in however many groups it catches up. */
export class CatchUpQueue {
  readonly #last = new WeakMap<Device, Promise<void>>();

  /** Runs `work` when all that was asked for before has ended. @returns its outcome. */
  take(device: Device, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(device) ?? Promise.resolve();
    const own = before.then(work);
    this.#last.set(
      device,
      own.catch(() => undefined),
    );
    return own;
  }
}
