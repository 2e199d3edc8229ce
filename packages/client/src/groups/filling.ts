/** What a page of `history` fills of the hole between what was shown and what is known to exist. Pure. */
import type { Page } from './effects.ts';
import type { Entry, SeqRange } from './entry.ts';
import type { ShownLog } from './shown-log.ts';

export interface Hole {
  /** Its last seq. */
  readonly readTo: number;
  /** Epoch of the log when the server last said that what was shown is a part of it. */
  readonly vouchedEpoch: string;
}

export interface Filling {
  /** What can be shown next begins here. */
  readonly nextSeq: number;
  /** What cannot be had any more. */
  readonly missing: SeqRange | null;
  /** From `nextSeq` on, without a hole, and not beyond the end of the hole. */
  readonly entries: readonly Entry[];
}

/** @returns null where nobody can tell whether this page goes on where showing has stopped: the server has to say it. */
export function fillingBy(page: Page, shown: ShownLog, { readTo, vouchedEpoch }: Hole): Filling | null {
  const { epoch, lastSeq } = shown;
  const fresh = page.entries.filter(({ seq }) => seq > lastSeq);
  // Of another epoch: what was shown last may have been lost meanwhile, and nothing may be put on top of that.
  const isVouched = page.epoch === epoch || page.epoch === vouchedEpoch;
  if (!isVouched || (fresh.length === 0 && page.head_seq < readTo)) return null;
  const nextSeq = Math.min(fresh[0]?.seq ?? Number.POSITIVE_INFINITY, readTo + 1);
  return {
    nextSeq,
    missing: nextSeq > lastSeq + 1 ? { from: lastSeq + 1, to: nextSeq - 1 } : null,
    // What the server has not sent yet comes live: only for what it has sent does it tell of a rollback.
    entries: fresh.filter(({ seq }, i) => seq === nextSeq + i && seq <= readTo),
  };
}
