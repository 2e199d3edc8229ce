/** Decides what to do with each entry that arrives live, and buffers entries that arrive after a gap. */
import { type Entry, isFirstOfLog, isRemoval } from './effects.ts';
import type { ShownLog } from './shown-log.ts';

/**
 * What to do with an entry that arrives live.
 *   begin anew   The user's membership or the log has ended, and that end was shown. The entry begins the next one.
 *   another log  The log has ended without that the end was shown: the application gets a notice.
 *   gap          Entries before this one are missing and must be read.
 *   ask          The entry has another epoch, after a gap or with a join. Only the server knows whether the log is the same.
 */
export type Arrival = 'show' | 'drop' | 'begin anew' | 'another log' | 'gap' | 'ask';

export interface Expectation {
  readonly shown: ShownLog;
  /** True if the user's range (the entries of one membership) has ended. A later entry belongs to the next range. */
  readonly isEnded: boolean;
  /** The server has confirmed that entries up to this seq, and all entries of this epoch, continue the shown log. */
  readonly vouched: { readonly seq: number; readonly epoch: string };
  /** The seq of an entry that may never arrive live. */
  readonly optionalSeq: number | null;
}

/** True if the entry begins a range, of this user or of another one: the entry alone does not show which. */
const mayBeginRange = (entry: Entry): boolean =>
  entry.type === 'members_changed' ? !isRemoval(entry) : entry.type === 'joined' || entry.type === 'accepted';

export function arrivalOf(entry: Entry, { shown, isEnded, vouched, optionalSeq }: Expectation): Arrival {
  const { epoch, seq } = entry;
  const nextSeq = shown.lastSeq + 1;
  const isSameEpoch = epoch === shown.epoch;
  if (seq < nextSeq && (isSameEpoch || shown.epochAt(seq) === epoch)) return 'drop';
  const isNext = seq === nextSeq || (seq === nextSeq + 1 && optionalSeq === nextSeq);
  if (isEnded) return isNext && isSameEpoch ? 'show' : 'begin anew';
  if (isSameEpoch) return isNext ? 'show' : 'gap';
  if (isFirstOfLog(entry) || seq < nextSeq) return 'another log';
  // A new epoch with the next seq continues the log: if entries were lost, the server sends `resync` first.
  const isVouched = epoch === vouched.epoch || seq <= vouched.seq;
  return isNext && (isVouched || !mayBeginRange(entry)) ? 'show' : 'ask';
}

const bufferedMax = 1000;

/**
 * Adds an entry that arrived after a gap. Entries are kept in the order of arrival; they may belong to several logs. At most
 * 1,000 are kept, and in addition the last one: the entries between are read from the log later.
 */
export function buffer(buffered: Entry[], entry: Entry): void {
  buffered[Math.min(buffered.length, bufferedMax)] = entry;
}
