/** Finds messages by their words, with the text search of PostgreSQL. */
import type { ArchiveSearch } from '@plenum/core';
import type { HistoryEntry } from '@plenum/protocol';
import type { Connection } from './connections.ts';
import { bound, shownColumns, withState } from './entries-table.ts';
import { entryOf } from './entry-rows.ts';

/**
 * The words of a message and its group: one index finds both, and a word that many groups use costs no more. No word has a
 * space, so the group is no word.
 */
const vector = "(to_tsvector('simple', message) || array_to_tsvector(ARRAY['g ' || group_id]))";
const isSearched = "type = 'message' AND message IS NOT NULL";

/** A larger table would not be indexed within the time of the schema: its index is made by hand, and then found. */
const indexedRowsMax = 100_000;
/** A step of the schema that creates an index, unless the table is too large for the time of the schema. */
export const indexUnlessLarge = (index: string): string => `DO $step$ BEGIN
  IF (SELECT count(*) FROM (SELECT FROM plenum_entries LIMIT ${indexedRowsMax + 1}) AS counted) <= ${indexedRowsMax} THEN
    CREATE ${index};
  END IF;
END $step$`;

/** Without the index a search reads every message of the group. */
export const indexStep = indexUnlessLarge(
  `INDEX IF NOT EXISTS plenum_entries_text ON plenum_entries USING gin (${vector}) WHERE ${isSearched}`,
);

/** A query without a word would match every message of the group. */
const select = `
  SELECT ${shownColumns}
  FROM (
    SELECT plenum_entries.*
    FROM (SELECT websearch_to_tsquery('simple', $3) AS words) AS asked
    JOIN plenum_entries
      ON numnode(words) > 0 AND ${isSearched} AND group_id = $1 AND ${vector} @@ ($2::tsquery && words)
    JOIN unnest($4::text[], $5::bigint[]) AS stretch (stretch_epoch, end_seq) ON epoch = stretch_epoch AND seq <= end_seq
    WHERE seq > $6 AND seq < $7
    ORDER BY seq DESC LIMIT $8
  ) AS entry
  ${withState('$9')}
  ORDER BY entry.seq DESC`;

/** @returns at most `limit` messages, the newest first */
export async function searchMessages(connection: Connection, search: ArchiveSearch): Promise<HistoryEntry[]> {
  const { groupId, query, stretches, afterSeq, beforeSeq, limit, reader } = search;
  const { rows } = await connection.query(select, [
    groupId,
    `'g ${groupId}'`,
    query,
    stretches.map(({ epoch }) => epoch),
    stretches.map(({ endSeq }) => bound(endSeq)),
    bound(afterSeq),
    bound(beforeSeq),
    limit,
    reader,
  ]);
  return rows.map(entryOf);
}
