/**
 * One member's position in one group. When the server reports that the log does not continue the position, it says which
 * pages to read again.
 */
import { type Happening, keyOf, type SeenEntry, type View } from './history.ts';

export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** After a change of epoch, entries at the end of the old epoch may have changed: this many are read again. */
const reread = 1000;

export class GroupView implements View {
  readonly userId: string;
  readonly groupId: string;
  readonly happenings: Happening[] = [];
  readonly seen = new Set<string>();
  sinceSeq = 1;
  restarts = 0;
  #position: Position | null = null;
  /** Live entries that wait until the pages before them are read; null while no page is being read. */
  #held: SeenEntry[] | null = null;

  constructor(userId: string, groupId: string) {
    this.userId = userId;
    this.groupId = groupId;
  }

  get position(): Position | null {
    return this.#position;
  }

  live(entry: SeenEntry): void {
    this.happenings.push({ kind: 'entry', entry });
    if (this.#held === null) this.#take(entry);
    else this.#held.push(entry);
  }

  /**
   * The server continues at `fromSeq` instead of the position. @returns the seq after which pages must be read, up to
   * `fromSeq` − 1; null if no entry is missing
   */
  restart({ epoch, fromSeq, why }: { epoch: string; fromSeq: number; why: string }): number | null {
    this.happenings.push({ kind: 'restart', fromSeq, why });
    this.restarts += 1;
    const before = this.#position;
    if (before === null) return null;
    const after = before.epoch === epoch ? before.seq : Math.max(this.sinceSeq - 1, before.seq - reread);
    if (after >= fromSeq - 1) return null;
    this.#held ??= [];
    return after;
  }

  paged(entries: readonly SeenEntry[]): void {
    for (const entry of entries) {
      if (this.seen.has(keyOf(entry))) continue;
      this.happenings.push({ kind: 'paged', entry });
      this.#take(entry);
    }
  }

  /** All pages were read: takes the live entries that waited. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const entry of held) this.#take(entry);
  }

  /** The connection is gone. Entries that still waited are forgotten: the position is before them, so they come again. */
  disconnected(): void {
    const held = this.#held ?? [];
    this.#held = null;
    const dropped = new Set(held);
    const kept = this.happenings.filter((one) => one.kind !== 'entry' || !dropped.has(one.entry));
    this.happenings.splice(0, this.happenings.length, ...kept);
  }

  #take(entry: SeenEntry): void {
    this.seen.add(keyOf(entry));
    this.#position = { epoch: entry.epoch, seq: entry.seq };
  }
}
