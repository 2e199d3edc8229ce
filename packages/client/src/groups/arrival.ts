import { type Entry, isFirstOfLog } from './entry.ts';
import type { ShownLog } from './shown-log.ts';

/**
 * What to do with an entry that arrives live.
 *   begin anew   it is of another range of the user, or of another log, and the end of the present one was shown
 *   another log  the same, but the end was not shown: the application is told
 *   hole         entries before it have to be read
 *   ask          of another epoch, after a hole or with a join: only the server knows whether it is of the same log
 */
export type Arrival = 'show' | 'drop' | 'begin anew' | 'another log' | 'hole' | 'ask';

export interface Expectation {
  readonly shown: ShownLog;
  /** The user's range has ended: a later entry is of the next one. */
  readonly isEnded: boolean;
  /** The server has said that entries up to here, and those of this epoch, go on with what was shown. */
  readonly vouched: { readonly seq: number; readonly epoch: string };
  /** May be left out. */
  readonly optionalSeq: number | null;
}

/** Of another user, it says nothing. */
const mayBeginRange = ({ type }: Entry): boolean => type === 'joined' || type === 'accepted';

export function arrivalOf(entry: Entry, { shown, isEnded, vouched, optionalSeq }: Expectation): Arrival {
  const { epoch, seq } = entry;
  const nextSeq = shown.lastSeq + 1;
  const isSameEpoch = epoch === shown.epoch;
  if (seq < nextSeq && (isSameEpoch || shown.epochAt(seq) === epoch)) return 'drop';
  const isNext = seq === nextSeq || (seq === nextSeq + 1 && optionalSeq === nextSeq);
  if (isEnded) return isNext && isSameEpoch ? 'show' : 'begin anew';
  if (isSameEpoch) return isNext ? 'show' : 'hole';
  if (isFirstOfLog(entry) || seq < nextSeq) return 'another log';
  // An epoch that begins where the last one has ended goes on with it: where entries were lost, the server says so before.
  const isVouched = epoch === vouched.epoch || seq <= vouched.seq;
  return isNext && (isVouched || !mayBeginRange(entry)) ? 'show' : 'ask';
}
