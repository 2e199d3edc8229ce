/** Saves entries as rows of `plenum_entries` in batches, and reads them in pages with the present state of their messages. */
import { type ArchiveEntry, type ArchivePage, isArchivedChange, type RefusedEntries } from '@plenum/core';
import type { HistoryEntry } from '@plenum/protocol';
import { applyChanges, columnValues } from './changed-messages.ts';
import { type Connection, dataRefusal } from './connections.ts';
import { entryColumns, entryOf, rowOf } from './entry-rows.ts';
import { eraseLate, hasErasedUser, type WrittenEntry } from './erased-users.ts';
import { reactionsSql } from './reactions-table.ts';
import { inTransaction } from './transaction.ts';

const names = entryColumns.map(([name]) => name).join(', ');
const arrays = entryColumns.map(([, type], index) => `$${index + 1}::${type}`).join(', ');

/** Inserts the rows of all entries, but of messages that were changed before they came: it returns the ids of these. */
const insert = `
  WITH entry AS (SELECT * FROM unnest(${arrays}) AS entry (${names})),
    changed AS (SELECT entry.message_id FROM entry JOIN plenum_message_states USING (message_id)),
    inserted AS (
      INSERT INTO plenum_entries (${names})
      SELECT ${names} FROM entry WHERE message_id NOT IN (SELECT message_id FROM changed)
      ON CONFLICT (message_id) DO NOTHING
    )
  SELECT message_id FROM changed`;

export interface SavingOptions {
  /** True: the texts that an edit replaces are kept in a table of their own. */
  readonly keepsPreviousTexts: boolean;
}

/** The entries of a batch that have a text of their user. */
const writtenIn = (entries: readonly ArchiveEntry[]): readonly WrittenEntry[] =>
  entries.flatMap((entry) => {
    const { group_id: groupId, timestamp: at } = entry;
    if (!isArchivedChange(entry)) {
      if (entry.type !== 'message') return [];
      return [{ messageId: entry.message_id, groupId, userId: entry.from_user_id, at }];
    }
    if (entry.type !== 'edited' || entry.message === undefined) return [];
    return [{ messageId: entry.target.message_id, groupId, userId: entry.actor_id, at }];
  });

/** The requests to join of a batch that have a note. */
const notedIn = (entries: readonly ArchiveEntry[]): readonly WrittenEntry[] =>
  entries.flatMap((entry) => {
    if (isArchivedChange(entry) || entry.type !== 'requested' || entry.note === undefined) return [];
    const { message_id: messageId, group_id: groupId, user_id: userId, timestamp: at } = entry;
    return [{ messageId, groupId, userId, at }];
  });

/** Saves all or nothing. A pin does not change the state of its message, so it is an entry only. */
async function saveWhole(
  connection: Connection,
  entries: readonly ArchiveEntry[],
  { keepsPreviousTexts }: SavingOptions,
): Promise<void> {
  const rows = entries.map(rowOf);
  const changes = entries
    .filter(isArchivedChange)
    .filter(({ type }) => type !== 'pinned' && type !== 'unpinned');
  const save = async () => {
    const changed = await connection.query(insert, columnValues(rows));
    const ids = new Set(changed.rows.map((row) => row['message_id']));
    const late = rows.filter(({ message_id }) => ids.has(message_id));
    return { late, apply: () => applyChanges(connection, { changes, late, keepsPreviousTexts }) };
  };
  const [written, noted] = [writtenIn(entries), notedIn(entries)];
  const hasErased = await hasErasedUser(connection, [...written, ...noted]);
  if (changes.length > 0 || hasErased) {
    return inTransaction(connection, async () => {
      await (await save()).apply();
      if (!hasErased) return;
      const notedIds = noted.map(({ messageId }) => messageId);
      await eraseLate(connection, written, notedIds);
    });
  }
  const { late, apply } = await save();
  if (late.length > 0) await inTransaction(connection, apply);
}

/**
 * Saves a batch with one statement, or with one transaction if it has changes of messages. If PostgreSQL refuses its data, each
 * half is tried alone, and so on. So every good entry is saved, and one bad entry costs few statements: at most 15 for 100
 * entries.
 */
export async function saveEntries(
  connection: Connection,
  entries: readonly ArchiveEntry[],
  options: SavingOptions,
): Promise<RefusedEntries['refused']> {
  try {
    await saveWhole(connection, entries, options);
    return [];
  } catch (error) {
    const reason = dataRefusal(error);
    if (reason === null) throw error;
    const [first] = entries;
    if (first !== undefined && entries.length === 1) return [{ message_id: first.message_id, reason }];
    const half = Math.ceil(entries.length / 2);
    const refused = await saveEntries(connection, entries.slice(0, half), options);
    return [...refused, ...(await saveEntries(connection, entries.slice(half), options))];
  }
}

/** The state of the message that an entry is, or that it changes. */
export const withState = (reader: string): string => `
  LEFT JOIN plenum_message_states AS state
    ON state.message_id = coalesce(entry.target_id, entry.message_id) AND entry.type IN ('message', 'edited')
  LEFT JOIN LATERAL (${reactionsSql(reader)}) AS reacted
    ON entry.type = 'message' AND state.deleted_at IS NULL AND state.seq IS NOT NULL`;
const entryNames = entryColumns.map(([name]) => `entry.${name}`).join(', ');
export const shownColumns = `${entryNames}, coalesce(state.edits, 0) AS edits, state.edited_at, state.message AS state_message,
  state.details AS state_details, state.seq AS state_seq, state.deleted_at, state.deleted_by, state.reason, reacted.reactions`;

/** Each lateral query reads along the index, and reads no more rows than the page. */
const select = (direction: 'ASC' | 'DESC') => `
  SELECT ${shownColumns}
  FROM unnest($2::text[], $3::bigint[]) AS stretch (stretch_epoch, end_seq)
  CROSS JOIN LATERAL (
    SELECT ${names} FROM plenum_entries
    WHERE group_id = $1 AND epoch = stretch_epoch AND seq > $4 AND seq < $5 AND seq <= end_seq
    ORDER BY seq ${direction} LIMIT $6
  ) AS entry
  ${withState('$7')}
  ORDER BY entry.seq ${direction} LIMIT $6`;
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
    page.reader,
  ]);
  const entries = rows.map(entryOf);
  return page.from === 'oldest' ? entries : entries.reverse();
}
