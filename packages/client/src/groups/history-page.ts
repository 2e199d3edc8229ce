/**
 * What a page of `history` says about what the application was shown: where a log that was rolled back, or created again,
 * still agrees with it, and what the page fills of a gap. Pure.
 */
import type { ResyncReason } from '@plenum/protocol';
import type { Entry, Page, SeqRange } from './effects.ts';
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

/** Between what was shown and what is known to exist. */
export interface Gap {
  /** Its last seq. */
  readonly readTo: number;
  /** Epoch of the log when the server last said that what was shown is a part of it. */
  readonly vouchedEpoch: string;
}

export interface Filling {
  /** What can be shown next begins here. */
  readonly nextSeq: number;
  /** What no longer exists. */
  readonly missing: SeqRange | null;
  /** From `nextSeq` on, dense, and not beyond the end of the gap. */
  readonly entries: readonly Entry[];
}

/** @returns null when the page alone does not show whether it continues what was shown: the server has to say it. */
export function fillingBy(page: Page, shown: ShownLog, { readTo, vouchedEpoch }: Gap): Filling | null {
  const { epoch, lastSeq } = shown;
  const fresh = page.entries.filter(({ seq }) => seq > lastSeq);
  // In another epoch the entries that were shown last may be lost: nothing may follow them without the server's word.
  const isVouched = page.epoch === epoch || page.epoch === vouchedEpoch;
  if (!isVouched || (fresh.length === 0 && page.head_seq < readTo)) return null;
  const nextSeq = Math.min(fresh[0]?.seq ?? Number.POSITIVE_INFINITY, readTo + 1);
  return {
    nextSeq,
    missing: nextSeq > lastSeq + 1 ? { from: lastSeq + 1, to: nextSeq - 1 } : null,
    // Later entries come live: the server reports a rollback only for entries that it has sent.
    entries: fresh.filter(({ seq }, i) => seq === nextSeq + i && seq <= readTo),
  };
}
