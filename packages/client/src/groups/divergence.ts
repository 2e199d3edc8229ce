/** Where a log that was rolled back, or created again, still agrees with what the application was shown. Pure. */
import type { ResyncReason } from '@plenum/protocol';
import type { Page } from './effects.ts';
import type { SeqRange } from './entry.ts';
import type { ShownLog } from './shown-log.ts';

/** After so many pages without agreement everything that was shown is revoked. */
const pagesMax = 5;

export interface Divergence {
  /** The next entry shown is the one after this seq. */
  readonly resumeAfter: number;
  /** What was shown and is no part of the log, or could not be compared with it. */
  readonly revoked: SeqRange | null;
  /** What was not compared, and will not be shown again. */
  readonly missing: SeqRange | null;
}

/** Backwards through the log, page by page. */
export interface Search {
  readonly reason: ResyncReason;
  /** The page ends below it. */
  readonly before: number;
  readonly pagesRead: number;
}

/** @returns the next page to search, if this one does not show where they agree. */
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
