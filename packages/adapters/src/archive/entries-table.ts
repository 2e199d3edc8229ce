/** Saves entries as rows of `plenum_entries` in batches, and reads them in pages. */
import {
  type ArchiveEntry,
  type ArchivePage,
  isArchivedChange,
  PlenumError,
  type RefusedEntries,
} from '@plenum/core';
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { type Connection, dataRefusal } from './connections.ts';

/** The values of one row, in the order of `columns`. */
type EntryRow = readonly (string | number | null)[];

/** Name and array type of each column, because a batch is sent as one array per column. */
const columns = [
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

/** Keeps all fields without a column as JSON, so that a field of a later version is not lost. */
function detailsOf(rest: object): string | null {
  return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}

function rowOf(entry: ArchiveEntry): EntryRow {
  if (entry.type === 'message') {
    const { message_id, group_id, epoch, seq, type, from_user_id, request_id, message, timestamp, ...rest } =
      entry;
    const details = detailsOf(rest);
    return [message_id, group_id, epoch, seq, type, from_user_id, request_id, message, timestamp, details];
  }
  if (isArchivedChange(entry)) {
    const { message_id, group_id, epoch, seq, type, actor_id, timestamp, ...rest } = entry;
    return [message_id, group_id, epoch, seq, type, actor_id, null, null, timestamp, detailsOf(rest)];
  }
  const { message_id, group_id, epoch, seq, type, user_id, timestamp, ...rest } = entry;
  return [message_id, group_id, epoch, seq, type, user_id, null, null, timestamp, detailsOf(rest)];
}

/** The fields of a change that are kept elsewhere in its row; none for a group event. */
function changedIn(details: unknown, row: Readonly<Record<string, unknown>>): object {
  const target: unknown = Object(details).target;
  return target === undefined ? {} : { actor_id: row['user_id'], message_id: Object(target).message_id };
}

/** @throws PlenumError `internal` for a row that this service has not written */
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
          ...(typeof details === 'object' ? details : {}),
        }
      : {
          user_id: row['user_id'],
          ...changedIn(details, row),
          ...(typeof details === 'object' ? details : {}),
        };
  const entry = historyEntrySchema.safeParse({ ...own, ...common });
  if (entry.success) return entry.data;
  throw PlenumError.of('internal', { cause: new Error('a row of plenum_entries is not an entry') });
}

export const names = columns.map(([name]) => name).join(', ');
const arrays = columns.map(([, type], index) => `$${index + 1}::${type}`).join(', ');
const insert = `INSERT INTO plenum_entries (${names}) SELECT ${names} FROM unnest(${arrays}) AS entry (${names}) ON CONFLICT (message_id) DO NOTHING`;

/**
 * Saves a batch with one statement. If PostgreSQL refuses its data, each half is tried alone, and so on. So every good entry
 * is saved, and one bad entry costs few statements: at most 15 for 100 entries.
 */
export async function saveEntries(
  connection: Connection,
  entries: readonly ArchiveEntry[],
): Promise<RefusedEntries['refused']> {
  const rows = entries.map(rowOf);
  try {
    await connection.query(
      insert,
      columns.map((_, column) => rows.map((row) => row[column])),
    );
    return [];
  } catch (error) {
    const reason = dataRefusal(error);
    if (reason === null) throw error;
    const [first] = entries;
    if (first !== undefined && entries.length === 1) return [{ message_id: first.message_id, reason }];
    const half = Math.ceil(entries.length / 2);
    const refused = await saveEntries(connection, entries.slice(0, half));
    return [...refused, ...(await saveEntries(connection, entries.slice(half)))];
  }
}

/** Each lateral query reads along the index, and reads no more rows than the page. */
const select = (direction: 'ASC' | 'DESC') => `
  SELECT ${names}
  FROM unnest($2::text[], $3::bigint[]) AS stretch (stretch_epoch, end_seq)
  CROSS JOIN LATERAL (
    SELECT ${names} FROM plenum_entries
    WHERE group_id = $1 AND epoch = stretch_epoch AND seq > $4 AND seq < $5 AND seq <= end_seq
    ORDER BY seq ${direction} LIMIT $6
  ) AS entry
  ORDER BY seq ${direction} LIMIT $6`;
const oldest = select('ASC');
const newest = select('DESC');

/** Limits a seq to the range of bigint: the open end of a page may be infinity. */
export const bound = (seq: number): number => Math.max(-1, Math.min(seq, Number.MAX_SAFE_INTEGER));

/** @returns entries in ascending order, at most `page.limit` */
export async function readEntries(connection: Connection, page: ArchivePage): Promise<HistoryEntry[]> {
  const { rows } = await connection.query(page.from === 'oldest' ? oldest : newest, [
    page.groupId,
    page.stretches.map(({ epoch }) => epoch),
    page.stretches.map(({ endSeq }) => bound(endSeq)),
    bound(page.afterSeq),
    bound(page.beforeSeq),
    page.limit,
  ]);
  const entries = rows.map(entryOf);
  return page.from === 'oldest' ? entries : entries.reverse();
}
