/** A member's place in one group: the position it claims, and what it does when the server says that it is broken. */
import { type Happening, keyOf, type SeenEntry, type View } from './history.ts';

export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** After a change of epoch the end of the old one may have been written anew: this far back is read again. */
const reread = 1000;

export class GroupView implements View {
  readonly userId: string;
  readonly groupId: string;
  readonly happenings: Happening[] = [];
  readonly seen = new Set<string>();
  sinceSeq = 1;
  restarts = 0;
  #position: Position | null = null;
  /** Live entries that wait for the pages before them; null: there is nothing to wait for. */
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

  /** The server continues at `fromSeq`. @returns after which seq to page, up to `fromSeq` − 1; null: nothing is missing. */
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

  /** All pages are read. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const entry of held) this.#take(entry);
  }

  /** The connection is gone: what was held comes again, since the position does not cover it. */
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
