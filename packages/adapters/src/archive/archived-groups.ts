/** Reads from the archive what `plenum rebuild` needs: the lives of groups, their events, and messages that wait or were just sent. */
import {
  type AdapterCall,
  type ArchivedExpiry,
  type ArchivedGroups,
  type ArchivedLife,
  type ArchivedSend,
  type Clock,
  type Logger,
  PlenumError,
} from '@plenum/core';
import { type GroupEvent, groupEventSchema, groupIdSchema, userIdSchema } from '@plenum/protocol';
import { type EpochRow, epochsAfter } from './archived-epochs.ts';
import { type Connection, Connections } from './connections.ts';
import { entryColumns, entryOf } from './entry-rows.ts';
import { ensureSchema } from './schema.ts';

export interface ArchivedGroupsOptions {
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly call: AdapterCall;
}

/** One statement reads all entries of a group, so it may take longer than a call of a node. */
const timeoutMs = 600_000;
const columns = entryColumns.map(([name]) => name).join(', ');

/** Jumps from group to group along the index, so that it does not read the entries between. */
const groupIdsSql = `
  WITH RECURSIVE page AS (
    (SELECT group_id, 1 AS place FROM plenum_entries WHERE $1::text IS NULL OR group_id > $1 ORDER BY group_id LIMIT 1)
    UNION ALL
    SELECT next.group_id, place + 1 FROM page
    CROSS JOIN LATERAL (
      SELECT group_id FROM plenum_entries WHERE group_id > page.group_id ORDER BY group_id LIMIT 1
    ) AS next
    WHERE place < $2
  )
  SELECT group_id FROM page ORDER BY place`;

const isEvent = "type <> 'message' AND target_id IS NULL";
/** The latest first. A failover may have lost an end, and it was asked for again. */
const bordersSql = `
  SELECT ${columns} FROM plenum_entries
  WHERE group_id = $1 AND type IN ('created', 'deleted') AND ${isEvent} ORDER BY at DESC, seq LIMIT 10`;

/** Imported messages have the time that they had elsewhere, so they do not count for the time of an epoch. */
const isTimed = "type <> 'message' OR details ->> 'imported' IS NULL";
const epochsSql = `
  SELECT epoch, min(seq) AS first, max(seq) AS last,
    min(at) FILTER (WHERE ${isTimed}) AS begun, max(at) FILTER (WHERE ${isTimed}) AS ended
  FROM plenum_entries WHERE group_id = $1 GROUP BY epoch ORDER BY min(seq), min(at)`;

const keptSql = `
  SELECT count(*) AS kept
  FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS stretch (stretch_epoch, first_seq, end_seq)
  JOIN plenum_entries ON group_id = $1 AND epoch = stretch_epoch AND seq >= first_seq AND seq <= end_seq`;

const eventsSql = `
  SELECT ${columns} FROM plenum_entries
  WHERE group_id = $1 AND epoch = $2 AND seq > $3 AND seq <= $4 AND ${isEvent} ORDER BY seq LIMIT $5`;

/** Of messages with mentions, an end or later text, the archive does not have the request as it was sent. */
const sendsSql = `
  SELECT entry.epoch, entry.seq, entry.user_id, entry.request_id, entry.message, entry.at,
    entry.details -> 'metadata' AS metadata, entry.details -> 'reply' ->> 'message_id' AS reply_to
  FROM unnest($2::text[], $3::bigint[]) AS stretch (stretch_epoch, end_seq)
  JOIN plenum_entries AS entry ON group_id = $1 AND epoch = stretch_epoch AND seq <= end_seq
  LEFT JOIN plenum_message_states AS state USING (message_id)
  WHERE entry.type = 'message' AND entry.at > $4 AND entry.seq > $5 AND entry.message IS NOT NULL
    AND entry.request_id IS NOT NULL AND coalesce(state.edits, 0) = 0
    AND entry.details -> 'mentions' IS NULL AND entry.details -> 'expires_at' IS NULL
    AND entry.details -> 'imported' IS NULL
  ORDER BY entry.seq DESC LIMIT $6`;

/** The text is searched first: most messages have no end, and need not be parsed. */
const expiriesSql = `
  SELECT entry.message_id, entry.details ->> 'expires_at' AS expires_at
  FROM plenum_entries AS entry LEFT JOIN plenum_message_states AS state USING (message_id)
  WHERE entry.group_id = $1 AND entry.type = 'message' AND entry.message_id > $2
    AND entry.details::text LIKE '%"expires_at"%' AND entry.details ->> 'expires_at' IS NOT NULL
    AND state.deleted_at IS NULL
  ORDER BY entry.message_id LIMIT $3`;

type Row = Readonly<Record<string, unknown>>;

function eventOf(row: Row): GroupEvent {
  const event = groupEventSchema.safeParse(entryOf(row));
  if (event.success) return event.data;
  throw PlenumError.of('internal', { cause: new Error('a row of plenum_entries is no group event') });
}

const msOf = (value: unknown): number | null => (value instanceof Date ? value.getTime() : null);

const epochOf = ({ epoch, first, last, begun, ended }: Row): EpochRow => ({
  ...{ epoch: String(epoch), firstSeq: Number(first), lastSeq: Number(last) },
  ...{ begunMs: msOf(begun), endedMs: msOf(ended) },
});

/** Seqs of the present epoch that a page of recent sends may reach back. */
const recentSeqs = 5000;

const sendOf = (row: Row): readonly ArchivedSend[] => {
  const sender = userIdSchema.safeParse(row['user_id']);
  const { at, metadata, reply_to: replyTo } = row;
  if (!sender.success || !(at instanceof Date)) return [];
  return [
    {
      epoch: String(row['epoch']),
      seq: Number(row['seq']),
      sender: sender.data,
      requestId: String(row['request_id']),
      message: String(row['message']),
      metadata: metadata ?? undefined,
      replyTo: typeof replyTo === 'string' ? replyTo : null,
      atMs: at.getTime(),
    },
  ];
};

async function lifeOf(connection: Connection, groupId: string): Promise<ArchivedLife | null> {
  const borders = (await connection.query(bordersSql, [groupId])).rows.map(eventOf);
  const at = borders.findIndex(({ type }) => type === 'created');
  const created = borders[at];
  if (created === undefined) return null;
  const { rows } = await connection.query(epochsSql, [groupId]);
  const birth = { epoch: created.epoch, atMs: Date.parse(created.timestamp) };
  const epochs = epochsAfter(birth, rows.map(epochOf));
  const { rows: counted } = await connection.query(keptSql, [
    groupId,
    epochs.map(({ epoch }) => epoch),
    epochs.map(({ firstSeq }) => firstSeq),
    epochs.map(({ endSeq }) => endSeq),
  ]);
  const head = epochs.at(-1)?.endSeq ?? 0;
  const missing = head - Number(counted[0]?.['kept']);
  const isMadeAnew = borders[at + 1]?.type === 'created';
  return { created, epochs: epochs.map(({ epoch, endSeq }) => ({ epoch, endSeq })), missing, isMadeAnew };
}

export interface OpenArchivedGroups extends ArchivedGroups {
  close(): Promise<void>;
}

/** Opens the archive for a rebuild. Its tables are brought up to date first. @throws TypeError for a URL that is no `postgres://` */
export function openArchivedGroups({ url, logger, clock, call }: ArchivedGroupsOptions): OpenArchivedGroups {
  const connections = new Connections({ url, clock, logger, timeoutMs });
  let isSchemaThere = false;
  const rowsOf = (sql: string, values: readonly unknown[]) =>
    using(async (connection) => (await connection.query(sql, values)).rows);
  const using = <T>(work: (connection: Connection) => Promise<T>) =>
    connections.use(call, async (connection) => {
      if (!isSchemaThere) await ensureSchema(connection);
      isSchemaThere = true;
      return work(connection);
    });
  return {
    groupIds: async (after, limit) =>
      (await rowsOf(groupIdsSql, [after, limit])).map((row) => groupIdSchema.parse(row['group_id'])),
    life: (groupId) => using((connection) => lifeOf(connection, groupId)),
    events: async (groupId, { epoch, endSeq }, { afterSeq, limit }) =>
      (await rowsOf(eventsSql, [groupId, epoch, afterSeq, endSeq, limit])).map(eventOf),
    recentSends: async (groupId, epochs, { sinceMs, limit }) => {
      const oldest = (epochs.at(-1)?.endSeq ?? 0) - recentSeqs;
      const stretches = [epochs.map(({ epoch }) => epoch), epochs.map(({ endSeq }) => endSeq)];
      const rows = await rowsOf(sendsSql, [groupId, ...stretches, new Date(sinceMs), oldest, limit]);
      return rows.flatMap(sendOf);
    },
    expiries: async (groupId, { after, limit }) =>
      (await rowsOf(expiriesSql, [groupId, after, limit])).map((row): ArchivedExpiry => {
        return { messageId: String(row['message_id']), atMs: Date.parse(String(row['expires_at'])) };
      }),
    close: () => connections.close(),
  };
}
