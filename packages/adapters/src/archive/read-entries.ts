import type { ArchivePage } from '@plenum/core';
import type { HistoryEntry } from '@plenum/protocol';
import type { Connection } from './connections.ts';
import { columns, entryOf } from './entry-row.ts';

const names = columns.map(([name]) => name).join(', ');

/** Each part is one walk along the index, and no longer than the page. */
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

/** An open end of a page may be written as infinity, which is no bigint. */
const bound = (seq: number): number => Math.max(-1, Math.min(seq, Number.MAX_SAFE_INTEGER));

/** @returns ascending, at most `page.limit` */
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
