/**
 * Compares a page of `history` with the entries that were shown: finds the last shown entry that is still in the log after a
 * rollback, and the entries that fill a gap. Pure functions.
 */
import type { ResyncReason } from '@plenum/protocol';
import type { Entry, Page, SeqRange } from './effects.ts';
import type { ShownLog } from './shown-log.ts';

/** If so many pages contain no shown entry, all shown entries are revoked. */
const pagesMax = 5;

export interface Divergence {
  /** The next entry to show is the one after this seq. */
  readonly resumeAfter: number;
  /** Shown entries that are not in the log, or could not be compared with it. */
  readonly revoked: SeqRange | null;
  /** Entries that were not compared, and will not be shown again. */
  readonly missing: SeqRange | null;
}

/** The state of a search that reads the log backwards, page by page. */
export interface Search {
  readonly reason: ResyncReason;
  /** The next page contains entries below this seq. */
  readonly before: number;
  readonly pagesRead: number;
}

/** @returns the result; or, if the page contains no entry that was shown, the state for the next page */
export function divergenceIn(shown: ShownLog, page: Page, search: Search): Divergence | Search {
  const { before } = search;
  const pagesRead = search.pagesRead + 1;
  const { firstSeq } = shown;
  const end = (resumeAfter: number, goneFrom: number): Divergence => ({
    resumeAfter,
    revoked: shown.from(goneFrom),
    missing: goneFrom > resumeAfter ? null : { from: goneFrom, to: resumeAfter },
  });
  const agreeing = page.entries.findLast(({ epoch, seq }) => shown.epochAt(seq) === epoch);
  if (agreeing !== undefined) return end(agreeing.seq, agreeing.seq + 1);
  const lowest = page.entries[0]?.seq ?? before;
  if (lowest <= firstSeq) return end(Math.min(firstSeq, before) - 1, firstSeq);
  const isAtEnd = page.entries.length === 0 || lowest <= page.oldest_seq;
  return isAtEnd || pagesRead >= pagesMax
    ? end(lowest - 1, firstSeq)
    : { ...search, before: lowest, pagesRead };
}

/** The gap between the entries that were shown and those that are known to exist. */
export interface Gap {
  /** The last seq of the gap. */
  readonly readTo: number;
  /** The epoch of the log when the server last confirmed that it contains the shown entries. */
  readonly vouchedEpoch: string;
}

export interface Filling {
  /** The first seq that can be shown next. */
  readonly nextSeq: number;
  /** Entries of the gap that no longer exist. */
  readonly missing: SeqRange | null;
  /** Entries from `nextSeq` on, without gaps, at most up to the end of the gap. */
  readonly entries: readonly Entry[];
}

/** @returns null if the page does not show whether it continues the shown entries: then the server must be asked */
export function fillingBy(page: Page, shown: ShownLog, { readTo, vouchedEpoch }: Gap): Filling | null {
  const { epoch, lastSeq } = shown;
  const fresh = page.entries.filter(({ seq }) => seq > lastSeq);
  // In another epoch the last shown entries may be lost: only the server knows whether the page continues them.
  const isVouched = page.epoch === epoch || page.epoch === vouchedEpoch;
  if (!isVouched || (fresh.length === 0 && page.head_seq < readTo)) return null;
  const nextSeq = Math.min(fresh[0]?.seq ?? Number.POSITIVE_INFINITY, readTo + 1);
  return {
    nextSeq,
    missing: nextSeq > lastSeq + 1 ? { from: lastSeq + 1, to: nextSeq - 1 } : null,
    // Entries after the gap come live, because the server reports a rollback only for entries that it has pushed.
    entries: fresh.filter(({ seq }, i) => seq === nextSeq + i && seq <= readTo),
  };
}
