/**
 * Reads the archive for `history`. Answers within 2 s; an answer with an entry that does not fit the log counts as a
 * failure.
 */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { Guard, type ReadAnswer } from '../adapters/guarded-call.ts';
import type { LogHead } from '../groups/records.ts';
import { shownAt } from '../log/expiry.ts';
import type { ArchivedStretch, ArchivePage, ArchiveReader } from '../ports/adapters.ts';
import type { Clock, Logger } from '../ports/runtime.ts';

/** How long a request waits for the archive. */
const readTimeoutMs = 2000;
/**
 * How long the oldest archived seq of a group is cached, ms: it hardly ever changes, because an archive grows at its
 * other end.
 */
const oldestKeptMs = 60_000;
const oldestKept = 10_000;

export interface ArchivedHistoryDeps {
  readonly reader: ArchiveReader;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The store's time, ms since 1970. */
  readonly wallMs: () => number;
}

interface KnownOldest {
  /** Null: the archive has no entry of the group below the log. */
  readonly seq: number | null;
  readonly untilMs: number;
}

/** The epochs of a log with their last seq, the present epoch last. */
export const stretchesOf = (head: LogHead): readonly ArchivedStretch[] => [
  ...head.past,
  { epoch: head.epoch, endSeq: head.seq },
];

export class ArchivedHistory {
  readonly #reader: ArchiveReader;
  readonly #clock: Clock;
  readonly #wallMs: () => number;
  readonly #guard: Guard;
  readonly #oldest = new Map<string, KnownOldest>();

  constructor({ reader, clock, logger, wallMs }: ArchivedHistoryDeps) {
    this.#wallMs = wallMs;
    this.#reader = reader;
    this.#clock = clock;
    // A guard of its own: an archive that is slow to read may still be able to save.
    this.#guard = new Guard({ adapter: 'archive', clock, logger, timeoutMs: readTimeoutMs });
  }

  /**
   * @returns entries in ascending order within the page's bounds, each of the epoch that has its seq; null: the
   * archive failed. The archive may be behind with take-downs: a message that has reached its end has no text
   */
  async read(page: ArchivePage): Promise<readonly HistoryEntry[] | null> {
    const answer = await this.#guard.call((call) => this.#reader.read(page, call), readEntries(page));
    return answer.ok ? answer.value.map((entry) => shownAt(entry, this.#wallMs())) : null;
  }

  /** @returns the oldest archived seq below the log; null: there is none; undefined: the archive failed */
  async oldestSeq(page: Pick<ArchivePage, 'groupId' | 'stretches' | 'afterSeq' | 'beforeSeq'>) {
    const key = `${page.groupId} ${page.stretches[0]?.epoch} ${page.afterSeq}`;
    const known = this.#oldest.get(key);
    const nowMs = this.#clock.monotonicMs();
    if (known !== undefined && known.untilMs > nowMs) return known.seq;
    const entries = await this.read({ ...page, limit: 1, from: 'oldest', reader: null });
    if (entries === null) return undefined;
    const seq = entries[0]?.seq ?? null;
    if (this.#oldest.size >= oldestKept) this.#oldest.clear();
    this.#oldest.set(key, { seq, untilMs: nowMs + oldestKeptMs });
    return seq;
  }
}

const readEntries =
  (page: ArchivePage): ReadAnswer<readonly HistoryEntry[]> =>
  (answer) => {
    if (!Array.isArray(answer) || answer.length > page.limit) return null;
    const entries: HistoryEntry[] = [];
    for (const one of [...answer]) {
      const entry = historyEntrySchema.safeParse(one);
      if (!entry.success || !isOfPage(entry.data, page)) return null;
      if (entry.data.seq <= (entries.at(-1)?.seq ?? page.afterSeq)) return null;
      entries.push(entry.data);
    }
    return { value: entries };
  };

function isOfPage(entry: HistoryEntry, { groupId, stretches, beforeSeq }: ArchivePage): boolean {
  const stretch = stretches.find(({ endSeq }) => entry.seq <= endSeq);
  return entry.group_id === groupId && entry.seq < beforeSeq && entry.epoch === stretch?.epoch;
}
