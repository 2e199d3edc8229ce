/**
 * One member's copy of one group: its entries and its position. When the server reports that the log does not continue the
 * position, it says which pages to read again.
 */
import type { HistoryEntry } from '@plenum/protocol';
import type { Resumption } from '@plenum/testkit';

export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** Pages to read: the entries behind `after`, up to `to`. */
export interface Fill {
  readonly after: number;
  readonly to: number;
}

/** After a change of epoch, entries at the end of the old epoch may have changed: this many are read again. */
const reread = 1000;

const placeOf = ({ epoch, seq }: Position) => `${epoch}-${seq}`;

export class GroupView {
  readonly userId: string;
  readonly groupId: string;
  /** In the order in which a reader of the group would see them: what was paged is before what came in the meantime. */
  readonly entries: HistoryEntry[] = [];
  /** How many entries it had at each broken position. */
  readonly resyncs: number[] = [];
  /** Each position that it came back with, and the answer. */
  readonly resumptions: Resumption[] = [];
  /** How often the server has said that it does not continue the position, or that there was none. */
  restarts = 0;
  readonly #places = new Set<string>();
  #position: Position | null = null;
  /** Seq of the entry that made the user a member. */
  #sinceSeq = 1;
  /** What the present connection was opened with, until the server has answered it. */
  #claimed: Position | null = null;
  #fill: Fill | null = null;
  /** Live entries that wait until the fill is complete. */
  #buffered: HistoryEntry[] = [];

  constructor(userId: string, groupId: string) {
    this.userId = userId;
    this.groupId = groupId;
  }

  get position(): Position | null {
    return this.#position;
  }
  /** Different entries that it has. */
  get size(): number {
    return this.#places.size;
  }
  has(at: Position): boolean {
    return this.#places.has(placeOf(at));
  }

  /** The user is a member from this entry on, and so has to get it. */
  entered({ epoch, seq }: Position): void {
    this.#sinceSeq = seq;
    this.#position ??= { epoch, seq: seq - 1 };
  }

  /** A connection is opened with the position. */
  claim(): Position | null {
    this.#claimed = this.#position;
    return this.#position;
  }

  live(entry: HistoryEntry): void {
    if (this.#fill === null) this.#take(entry);
    else this.#buffered.push(entry);
  }

  /** The server continues the position. */
  recovered(): void {
    this.#answer('recovered');
  }

  /**
   * The server continues at `fromSeq`, without regard to the position. What was buffered is read again, or comes again.
   * @returns null: nothing is missing
   */
  restart({ epoch, fromSeq }: { readonly epoch: string; readonly fromSeq: number }): Fill | null {
    this.#answer('resync');
    this.restarts += 1;
    this.#endFill();
    const before = this.#position;
    if (before === null) return null;
    this.resyncs.push(this.entries.length);
    const after = before.epoch === epoch ? before.seq : Math.max(this.#sinceSeq - 1, before.seq - reread);
    if (after < fromSeq - 1) this.#fill = { after, to: fromSeq - 1 };
    return this.#fill;
  }

  /** False: another restart has come since, or the connection is gone. */
  isFilling(fill: Fill): boolean {
    return this.#fill === fill;
  }

  /** One page. An entry that the member has is not a second delivery: the member asked for it. */
  paged(entries: readonly HistoryEntry[]): void {
    for (const entry of entries) if (!this.has(entry)) this.#take(entry);
  }

  /** All pages are read. */
  filled(): void {
    const buffered = this.#buffered;
    this.#endFill();
    for (const entry of buffered) this.#take(entry);
  }

  /** What was buffered comes again, since the position does not cover it. */
  disconnected(): void {
    this.#endFill();
  }

  #endFill(): void {
    this.#fill = null;
    this.#buffered = [];
  }

  #take(entry: HistoryEntry): void {
    this.entries.push(entry);
    this.#places.add(placeOf(entry));
    this.#position = { epoch: entry.epoch, seq: entry.seq };
  }

  #answer(answer: Resumption['answer']): void {
    const claimed = this.#claimed;
    this.#claimed = null;
    if (claimed === null) return;
    this.resumptions.push({ device: this.userId, groupId: this.groupId, ...claimed, answer });
  }
}
