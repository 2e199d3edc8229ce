/**
 * Reads the log of one group for the devices that catch up. Devices that come back together, as those of a lost node, share a
 * read, and what was read and has come since serves for a while those that come back after them: see `RecentEntries`.
 */
import { SERVICE } from '@plenum/protocol';
import type { Device } from '../ports/devices.ts';
import type { GroupLog, LogRange } from '../ports/group-log.ts';
import type { Clock } from '../ports/runtime.ts';
import { entriesPerPage } from './catch-up.ts';
import type { Feed } from './feed.ts';

const pageSize = 100;
/** A read begins so many entries before the position of its device, because others were a little behind it. */
const marginEntries = 16;

interface CatchUpDeps {
  readonly log: Pick<GroupLog, 'after'>;
  readonly clock: Clock;
  /** Something is kept: drop it after a while. */
  readonly onKept: () => void;
}

interface UnderWay {
  readonly afterSeq: number;
  /** False: it has failed. Never rejects. */
  readonly ended: Promise<boolean>;
}

export class CatchUpReads {
  readonly #feed: Feed;
  readonly #deps: CatchUpDeps;
  /** Entries per read, estimated from the sizes in the last page of this group. */
  #entries = pageSize;
  /** The last read that is on its way; null: none is. */
  #reading: UnderWay | null = null;

  constructor(feed: Feed, deps: CatchUpDeps) {
    this.#feed = feed;
    this.#deps = deps;
  }

  /** Gives the device the entries after this seq, once its buffer is empty. Does nothing if it is not behind then. */
  async catchUp(device: Device, afterSeq: number): Promise<void> {
    if (!this.#isBehind(device)) return;
    await device.drained();
    // After a read that has failed, one of those who waited for it reads, and the others wait again.
    for (let other = this.#serving(afterSeq); other !== null; other = this.#serving(afterSeq)) {
      if (await other.ended) break;
    }
    if (this.#feed.recent.after(afterSeq) !== null) {
      // As a read would: the answer that names the position precedes the first entry.
      await new Promise<void>((resolve) => this.#deps.clock.after(0, resolve));
    }
    if (!this.#isBehind(device)) return;
    const kept = this.#feed.recent.after(afterSeq)?.slice(0, pageSize);
    const range = kept === undefined ? await this.#read(device, afterSeq) : { head: null, entries: kept };
    this.#feed.onCatchUp(device, afterSeq, range);
  }

  /** @returns the read on its way that has the entries after this seq; null: none has */
  #serving(afterSeq: number): UnderWay | null {
    return this.#reading !== null && this.#reading.afterSeq <= afterSeq ? this.#reading : null;
  }

  #isBehind(device: Device): boolean {
    return this.#feed.attachments.behind.has(device);
  }

  async #read(device: Device, afterSeq: number): Promise<LogRange | null> {
    const { recent, lastSeq, groupId } = this.#feed;
    if (recent.begin(lastSeq)) this.#deps.onKept();
    const { drops } = recent;
    const reader = device.userId === SERVICE ? null : device.userId;
    // Entries of the usual size: a page of large ones might end within the margin.
    const margin = this.#entries === pageSize ? Math.min(marginEntries, afterSeq) : 0;
    const after = (seq: number, limit: number) => this.#deps.log.after(groupId, seq, limit, reader);
    const begun = after(afterSeq - margin, this.#entries + margin);
    const ended = begun.then(
      () => true,
      () => false,
    );
    const reading = { afterSeq: afterSeq - margin, ended };
    this.#reading = reading;
    try {
      const range = await begun;
      this.#entries = entriesPerPage(range?.entries ?? [], pageSize);
      // Entries of another epoch are not those of this feed, and what the service reads lacks whose reactions they are.
      const isShared = reader !== null && range?.head.epoch === this.#feed.epoch;
      if (isShared) recent.extend(range?.entries ?? [], drops);
      const isShort =
        range !== null && range.head.seq > afterSeq && !(Number(range.entries.at(-1)?.seq) > afterSeq);
      return margin > 0 && isShort ? await after(afterSeq, this.#entries) : range;
    } finally {
      if (this.#reading === reading) this.#reading = null;
    }
  }
}
