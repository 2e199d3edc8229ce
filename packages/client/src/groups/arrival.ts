import { type Entry, isFirstOfLog } from './entry.ts';
import type { ShownLog } from './shown-log.ts';

/** What to do with an entry that arrives live. `begin anew`: it is of another membership, or of another log. */
export type Arrival = 'show' | 'drop' | 'begin anew' | 'hole';

export interface Expectation {
  readonly shown: ShownLog;
  /** The user's range has ended: a later entry is of the next one. */
  readonly isEnded: boolean;
  /** May be left out. */
  readonly optionalSeq: number | null;
}

export function arrivalOf(entry: Entry, { shown, isEnded, optionalSeq }: Expectation): Arrival {
  if (isFirstOfLog(entry) && entry.epoch !== shown.epoch) return 'begin anew';
  const nextSeq = shown.lastSeq + 1;
  if (entry.seq < nextSeq) return 'drop';
  if (entry.seq === nextSeq || (entry.seq === nextSeq + 1 && optionalSeq === nextSeq)) return 'show';
  return isEnded ? 'begin anew' : 'hole';
}
