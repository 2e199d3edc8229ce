/** Where a log that was rolled back, or made anew, still agrees with what the application was shown. Pure. */
import type { Page } from './effects.ts';
import type { EpochRuns } from './epoch-runs.ts';

/** Pages that are read backwards before everything shown is given up. */
const pagesMax = 5;

export type Divergence =
  | {
      readonly found: 'end';
      /** First seq that was shown of entries which are no part of the log, as far as anybody can tell. */
      readonly goneFrom: number;
      /** Showing goes on after this seq. */
      readonly resumeAfter: number;
    }
  | { readonly found: 'not yet'; readonly before: number };

const end = (goneFrom: number, resumeAfter: number): Divergence => ({ found: 'end', goneFrom, resumeAfter });

/** @param search `before`: where the page ends; `pagesRead`: this one included. */
export function divergenceIn(
  page: Page,
  shown: EpochRuns,
  search: { readonly before: number; readonly pagesRead: number },
): Divergence {
  const agreeing = page.entries.findLast(({ epoch, seq }) => shown.epochAt(seq) === epoch);
  if (agreeing !== undefined) return end(agreeing.seq + 1, agreeing.seq);
  const lowest = page.entries[0]?.seq ?? search.before;
  if (lowest <= shown.firstSeq) return end(shown.firstSeq, Math.min(shown.firstSeq, search.before) - 1);
  const isAtEnd = page.entries.length === 0 || lowest <= page.oldest_seq;
  if (isAtEnd || search.pagesRead >= pagesMax) return end(shown.firstSeq, lowest - 1);
  return { found: 'not yet', before: lowest };
}
