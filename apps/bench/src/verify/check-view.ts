/** One member's view of one group: every entry once, in order, without a gap that was not announced. */
import { keyOf, type SeenEntry, type View } from './history.ts';

export interface ViewFindings {
  /** By position; messages and membership changes. */
  readonly seen: ReadonlyMap<string, SeenEntry>;
  /** Seqs that were passed over without a word and never came. */
  readonly gaps: ReadonlySet<number>;
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly kind: 'lost' | 'duplicated' | 'reordered' | 'conflicting';
  readonly what: string;
}

export function checkView(view: View): ViewFindings {
  const walk = new Walk(view);
  for (const happening of view.happenings) {
    if (happening.kind === 'entry') walk.live(happening.entry);
    else if (happening.kind === 'paged') walk.paged(happening.entry);
    else walk.restart(happening.fromSeq);
  }
  return walk;
}

class Walk implements ViewFindings {
  readonly seen = new Map<string, SeenEntry>();
  readonly gaps = new Set<number>();
  readonly problems: Problem[] = [];
  readonly #where: string;
  #last: number;
  /** Entries that came before the last restart may come again, once. */
  #repeatable = new Set<string>();

  constructor({ userId, groupId, sinceSeq }: View) {
    this.#where = `${userId} in ${groupId}`;
    this.#last = sinceSeq - 1;
  }

  live(entry: SeenEntry): void {
    const key = keyOf(entry);
    const isRepeated = this.seen.has(key) && !this.#repeatable.delete(key);
    if (isRepeated) this.#problem('duplicated', key);
    else if (entry.seq <= this.#last) this.#problem('reordered', key);
    for (let seq = this.#last + 1; seq < entry.seq; seq += 1) this.gaps.add(seq);
    this.#last = Math.max(this.#last, entry.seq);
    this.#note(entry);
  }

  paged(entry: SeenEntry): void {
    this.#note(entry);
  }

  restart(fromSeq: number): void {
    this.#last = fromSeq - 1;
    this.#repeatable = new Set(this.seen.keys());
  }

  #note(entry: SeenEntry): void {
    const key = keyOf(entry);
    const known = this.seen.get(key);
    if (known !== undefined && !isSame(known, entry)) this.#problem('conflicting', key);
    this.gaps.delete(entry.seq);
    this.seen.set(key, entry);
  }

  #problem(kind: Problem['kind'], key: string): void {
    this.problems.push({ kind, what: `${this.#where}: ${key}` });
  }
}

export function isSame(a: SeenEntry, b: SeenEntry): boolean {
  if (a.message === null || b.message === null) return a.message === b.message;
  return (
    a.message.requestId === b.message.requestId &&
    a.message.from === b.message.from &&
    a.message.text === b.message.text
  );
}
