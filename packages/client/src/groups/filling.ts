/** What a page of `history` fills of the gap between what was shown and what is known to exist. Pure. */
import type { Page } from './effects.ts';
import type { Entry, SeqRange } from './entry.ts';
import type { ShownLog } from './shown-log.ts';

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
