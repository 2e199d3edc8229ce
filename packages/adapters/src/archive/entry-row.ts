/** An entry of a group's log as a row of `plenum_entries`, and back. */
import { type ArchiveEntry, PlenumError } from '@plenum/core';
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';

/** In the order of `columns`. */
export type EntryRow = readonly (string | number | null)[];

/** Name and array type of each column: a batch travels as one array per column. */
export const columns = [
  ['message_id', 'text[]'],
  ['group_id', 'text[]'],
  ['epoch', 'text[]'],
  ['seq', 'bigint[]'],
  ['type', 'text[]'],
  ['user_id', 'text[]'],
  ['request_id', 'text[]'],
  ['message', 'text[]'],
  ['at', 'timestamptz[]'],
  ['details', 'json[]'],
] as const;

/** Fields without a column are kept as they were written, so that a field of a later version is not lost. */
function detailsOf(rest: object): string | null {
  return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}

export function rowOf(entry: ArchiveEntry): EntryRow {
  if (entry.type === 'message') {
    const { message_id, group_id, epoch, seq, type, from_user_id, request_id, message, timestamp, ...rest } =
      entry;
    const details = detailsOf(rest);
    return [message_id, group_id, epoch, seq, type, from_user_id, request_id, message, timestamp, details];
  }
  const { message_id, group_id, epoch, seq, type, user_id, timestamp, ...rest } = entry;
  return [message_id, group_id, epoch, seq, type, user_id, null, null, timestamp, detailsOf(rest)];
}

/** @throws PlenumError `internal` for a row that Plenum has not written */
export function entryOf(row: Readonly<Record<string, unknown>>): HistoryEntry {
  const { details, group_id, epoch, type, at } = row;
  const timestamp = at instanceof Date ? at.toISOString() : null;
  const common = { group_id, epoch, seq: Number(row['seq']), type, timestamp };
  const own =
    type === 'message'
      ? {
          from_user_id: row['user_id'],
          request_id: row['request_id'],
          message: row['message'],
          message_id: row['message_id'],
        }
      : { user_id: row['user_id'], ...(typeof details === 'object' ? details : {}) };
  const entry = historyEntrySchema.safeParse({ ...own, ...common });
  if (entry.success) return entry.data;
  throw PlenumError.of('internal', { cause: new Error('a row of plenum_entries is not an entry') });
}
