/**
 * Sizes of catch-up reads: how many entries a device that is behind gets at a time. It asks for the next page when
 * its buffer is empty. Live entries and catch-ups of other groups fill the same buffer, so one page must stay far
 * below the bytes at which a slow socket is cut.
 */

import type { LogHead } from '../groups/records.ts';
import type { LogEntry } from '../log/entry.ts';
import type { Device } from '../ports/devices.ts';
import type { CatchingUp } from './attachments.ts';

/** Entries for a device that catches up. */
export interface CatchUpRange {
  /** Null: the entries were not read now, the feed has kept them. */
  readonly head: LogHead | null;
  /** Ascending by seq, dense. */
  readonly entries: readonly LogEntry[];
}

/** Payload bytes of one page; a single larger entry is still a page. */
const pageMaxBytes = 512 * 1024;

/**
 * Cuts the next page for a device out of the entries that were read. Entries that the feed has not applied yet are
 * left out. Example: the cursor is 40, the feed is at 100, and the log was read from 41 to 140. The page is 41 to
 * 100, or its first part if all of it is above 512 KiB; the next read begins after the last seq of the page.
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

/**
 * @returns how many entries of this average size fill a page; a larger read would be thrown away. @param most at
 * least 1
 */
export function entriesPerPage(read: readonly LogEntry[], most: number): number {
  const bytes = read.reduce((total, { wire }) => total + wire.length, 0);
  if (bytes === 0) return most;
  return Math.max(1, Math.min(most, Math.floor((pageMaxBytes * read.length) / bytes)));
}

/** Reads one page at a time per device, also when the device catches up in several groups. */
export class CatchUpQueue {
  readonly #last = new WeakMap<Device, Promise<void>>();

  /** Runs `work` after the device's earlier work has ended. @returns its outcome */
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
