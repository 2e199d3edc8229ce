import type { ArchiveEntry, RefusedEntries } from '@plenum/core';
import type { Connection } from './connections.ts';
import { columns, rowOf } from './entry-row.ts';
import { dataRefusal } from './refusal.ts';

const names = columns.map(([name]) => name).join(', ');
const arrays = columns.map(([, type], index) => `$${index + 1}::${type}`).join(', ');
const insert = `INSERT INTO plenum_entries (${names}) SELECT ${names} FROM unnest(${arrays}) AS entry (${names}) ON CONFLICT (message_id) DO NOTHING`;

/**
 * One statement for the whole batch. If PostgreSQL refuses its data, each half is tried alone, and so on: one bad entry among
 * many costs few statements, and every good entry is saved. Example: of 100 entries with one bad one, at most 15 statements.
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
