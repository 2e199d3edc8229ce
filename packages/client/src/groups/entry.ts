import type { HistoryEntry } from '@plenum/protocol';

/** A message or a membership change: pushed and paged entries have one shape. */
export type Entry = HistoryEntry;
export type MessageEntry = Extract<HistoryEntry, { readonly type: 'message' }>;

export const isMessage = (entry: Entry): entry is MessageEntry => entry.type === 'message';

/** A log begins with it: what was shown under the same id belongs to another group. */
export const isFirstOfLog = (entry: Entry): boolean => entry.type === 'created' && entry.seq === 1;

/** Seqs from `from` to `to`, both included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

export interface KnownPosition {
  readonly epoch: string;
  readonly seq: number;
}
