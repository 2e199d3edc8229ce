/** Entries as they arrive live: what to do with each, and where those behind a gap wait. */
import { type Entry, isFirstOfLog } from './effects.ts';
import type { ShownLog } from './shown-log.ts';

/**
 * What to do with an entry that arrives live.
 *   begin anew   it belongs to another range of the user, or to another log, and the end of the present one was shown
 *   another log  the same, but the end was not shown: the application gets a notice
 *   gap          the entries before it have to be read
 *   ask          of another epoch, after a gap or with a join: only the server knows whether it belongs to the same log
 */
export type Arrival = 'show' | 'drop' | 'begin anew' | 'another log' | 'gap' | 'ask';

export interface Expectation {
  readonly shown: ShownLog;
  /** The user's range has ended: a later entry belongs to the next one. */
  readonly isEnded: boolean;
  /** By the word of the server, entries up to this seq and those of this epoch continue what was shown. */
  readonly vouched: { readonly seq: number; readonly epoch: string };
  /** The log may come without this entry. */
  readonly optionalSeq: number | null;
}

/** It begins a range of this user, or of another one: the entry alone does not show which. */
const mayBeginRange = ({ type }: Entry): boolean => type === 'joined' || type === 'accepted';

export function arrivalOf(entry: Entry, { shown, isEnded, vouched, optionalSeq }: Expectation): Arrival {
  const { epoch, seq } = entry;
  const nextSeq = shown.lastSeq + 1;
  const isSameEpoch = epoch === shown.epoch;
  if (seq < nextSeq && (isSameEpoch || shown.epochAt(seq) === epoch)) return 'drop';
  const isNext = seq === nextSeq || (seq === nextSeq + 1 && optionalSeq === nextSeq);
  if (isEnded) return isNext && isSameEpoch ? 'show' : 'begin anew';
  if (isSameEpoch) return isNext ? 'show' : 'gap';
  if (isFirstOfLog(entry) || seq < nextSeq) return 'another log';
  // An epoch that begins where the previous one ended continues it: after a loss the server sends `resync` first.
  const isVouched = epoch === vouched.epoch || seq <= vouched.seq;
  return isNext && (isVouched || !mayBeginRange(entry)) ? 'show' : 'ask';
}

const bufferedMax = 1000;

/**
 * Entries that arrived behind a gap, in the order of their arrival; they may belong to several logs. Above the bound only the
 * last one is kept: the entries before it are read from the log.
 */
export class BufferedEntries {
  #entries: Entry[] = [];
  #excess: Entry | null = null;

  get isAny(): boolean {
    return this.#entries.length > 0;
  }

  add(entry: Entry): void {
    if (this.#entries.length < bufferedMax) this.#entries.push(entry);
    else this.#excess = entry;
  }

  /** All entries, the last one of the excess included; the buffer is empty after that. */
  takeAll(): Entry[] {
    const entries = this.#excess === null ? this.#entries : [...this.#entries, this.#excess];
    this.clear();
    return entries;
  }

  clear(): void {
    this.#entries = [];
    this.#excess = null;
  }
}
