/** Searches the archive for `search_messages`. Answers within 2 s; an answer that does not fit the search is a failure. */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { Guard, type ReadAnswer } from '../adapters/guarded-call.ts';
import type { ArchiveSearch, ArchiveSearcher } from '../ports/adapters.ts';
import type { Clock, Logger } from '../ports/runtime.ts';

const searchTimeoutMs = 2000;

export interface ArchivedSearchDeps {
  readonly searcher: ArchiveSearcher;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Messages = readonly Extract<HistoryEntry, { readonly type: 'message' }>[];

export class ArchivedSearch {
  readonly #searcher: ArchiveSearcher;
  readonly #guard: Guard;

  constructor({ searcher, clock, logger }: ArchivedSearchDeps) {
    this.#searcher = searcher;
    // A guard of its own: an archive that is slow to search may still be able to save and to read.
    this.#guard = new Guard({ adapter: 'archive', clock, logger, timeoutMs: searchTimeoutMs });
  }

  /** @returns messages in descending order within the bounds of the search; null: the archive failed */
  async search(search: ArchiveSearch): Promise<Messages | null> {
    const answer = await this.#guard.call(
      (call) => this.#searcher.search(search, call),
      readMessages(search),
    );
    return answer.ok ? answer.value : null;
  }
}

const readMessages =
  (search: ArchiveSearch): ReadAnswer<Messages> =>
  (answer) => {
    if (!Array.isArray(answer) || answer.length > search.limit) return null;
    const found: Extract<HistoryEntry, { readonly type: 'message' }>[] = [];
    for (const one of [...answer]) {
      const entry = historyEntrySchema.safeParse(one);
      if (!entry.success || entry.data.type !== 'message' || !isInRange(entry.data, search)) return null;
      if (entry.data.seq >= (found.at(-1)?.seq ?? search.beforeSeq)) return null;
      found.push(entry.data);
    }
    return { value: found };
  };

function isInRange(entry: HistoryEntry, { groupId, stretches, afterSeq }: ArchiveSearch): boolean {
  const stretch = stretches.find(({ endSeq }) => entry.seq <= endSeq);
  return entry.group_id === groupId && entry.seq > afterSeq && entry.epoch === stretch?.epoch;
}
