/**
 * The newest entries of one log that were read for a device that catches up, and those that came since: for a while they serve
 * the devices that come back after it without a read. A feed keeps none of them while no device catches up.
 *
 * A message is read in its present state, so the first change of a message that arrives ends what is kept.
 */
import type { LogEntry } from '../log/entry.ts';

/** Entries and payload bytes that are kept of one group. */
const entriesMax = 512;
const bytesMax = 1024 * 1024;

/** The bytes that the feeds of a node keep together. */
export class RecentBytes {
  #left: number;

  constructor(mostBytes = 32 * 1024 * 1024) {
    this.#left = mostBytes;
  }

  /** @returns false: so many are not left */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

/** From its end on no reader gets the text of such a message, whenever the take-down comes. */
const expiryField = Buffer.from('"expires_at":');

export class RecentEntries {
  readonly #budget: RecentBytes;
  /** Dense, ascending. */
  #entries: LogEntry[] = [];
  /** The first seq that is kept, or the next one if none is yet; 0: nothing is kept. */
  #firstSeq = 0;
  #bytes = 0;
  #drops = 0;

  constructor(budget: RecentBytes) {
    this.#budget = budget;
  }

  get isKept(): boolean {
    return this.#firstSeq > 0;
  }

  /** Rises whenever what is kept ends: what was read before may be out of date. */
  get drops(): number {
    return this.#drops;
  }

  /** From now on keeps the entries after `lastSeq`, the last one that the feed has applied. @returns false: it did before */
  begin(lastSeq: number): boolean {
    if (this.isKept) return false;
    this.#firstSeq = lastSeq + 1;
    return true;
  }

  /** Takes an entry that the feed applies. */
  add(entry: LogEntry): void {
    const isNext = entry.seq === this.#firstSeq + this.#entries.length;
    if (!isNext || entry.type === 'change' || !this.#hold([entry])) {
      this.drop();
      return;
    }
    this.#entries.push(withOwnBytes(entry));
  }

  /**
   * Takes entries that were read, for those before the first one that is kept. @param dropsBefore `drops` when the read began.
   * What does not reach the first one, or does not fit, is ignored.
   */
  extend(read: readonly LogEntry[], dropsBefore: number): void {
    if (!this.isKept || dropsBefore !== this.#drops) return;
    const earlier = read.filter(({ seq }) => seq < this.#firstSeq);
    if (earlier.at(-1)?.seq !== this.#firstSeq - 1 || !this.#hold(earlier)) return;
    this.#entries.unshift(...earlier.map(withOwnBytes));
    this.#firstSeq -= earlier.length;
  }

  /** @returns the entries after this seq, up to the feed's last one; null: not all of them are kept, or one depends on its reader */
  after(seq: number): readonly LogEntry[] | null {
    if (!this.isKept || seq < this.#firstSeq - 1) return null;
    const entries = this.#entries.slice(seq + 1 - this.#firstSeq);
    return entries.some(isPersonal) ? null : entries;
  }

  drop(): void {
    this.#drops += 1;
    this.#firstSeq = 0;
    this.#entries = [];
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
  }

  /** Takes room for these entries. @returns false: they must not be kept, or there is no room */
  #hold(entries: readonly LogEntry[]): boolean {
    const bytes = entries.reduce((sum, { wire }) => sum + wire.length, 0);
    if (this.#entries.length + entries.length > entriesMax || this.#bytes + bytes > bytesMax) return false;
    if (entries.some(({ wire }) => wire.includes(expiryField)) || !this.#budget.take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }
}

const isPersonal = (entry: LogEntry): boolean => entry.type === 'message' && entry.isPersonal === true;

/** The wire may be a view that keeps much more in memory: see `LogEntry`. */
function withOwnBytes(entry: LogEntry): LogEntry {
  const wire = Buffer.allocUnsafeSlow(entry.wire.length);
  entry.wire.copy(wire);
  return { ...entry, wire };
}
