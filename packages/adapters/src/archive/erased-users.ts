/**
 * Erases what a user wrote: texts and notes go, tombstones stay. The user is remembered with the time until which its messages are erased,
 * because a message may still wait for the archive.
 */
import { SERVICE, type UserId } from '@plenum/protocol';
import type { Connection } from './connections.ts';
import { inTransaction } from './transaction.ts';

const remember = `
  INSERT INTO plenum_erased_users AS known (user_id, until) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET until = greatest(known.until, excluded.until)`;

/** Messages with a text, and messages whose edit came without them. */
const find = `
  (SELECT message_id, group_id FROM plenum_entries
   WHERE user_id = $1 AND type = 'message' AND message IS NOT NULL LIMIT $2)
  UNION
  (SELECT state.message_id, state.group_id
   FROM plenum_entries AS entry JOIN plenum_message_states AS state ON state.message_id = entry.target_id
   WHERE entry.user_id = $1 AND entry.type = 'edited' AND state.deleted_at IS NULL LIMIT $2)
  ORDER BY message_id LIMIT $2`;

/** Locks in the order of the ids, as every batch does. An earlier take-down stays as it is. */
const entomb = `
  INSERT INTO plenum_message_states AS state (message_id, group_id, deleted_at, deleted_by)
  SELECT message_id, group_id, now(), '${SERVICE}' FROM unnest($1::text[], $2::text[]) AS found (message_id, group_id)
  ORDER BY message_id
  ON CONFLICT (message_id) DO UPDATE
  SET deleted_at = coalesce(state.deleted_at, excluded.deleted_at), deleted_by = coalesce(state.deleted_by, excluded.deleted_by),
    edits = 0, edit_epoch = NULL, edit_seq = NULL, edited_at = NULL, message = NULL, details = NULL`;

const removals = [
  'UPDATE plenum_entries SET message = NULL, details = NULL WHERE message_id = ANY($1)',
  'DELETE FROM plenum_previous_texts WHERE message_id = ANY($1)',
  'DELETE FROM plenum_reactions WHERE message_id = ANY($1)',
  'DELETE FROM plenum_reaction_counts WHERE message_id = ANY($1)',
];

/** A request to join that has a note: the index of the notes has this condition. */
export const isNoted = "type = 'requested' AND (details ->> 'note') IS NOT NULL";
const withoutNote = "(details::jsonb - 'note')::json";
const eraseNotes = `UPDATE plenum_entries SET details = ${withoutNote} WHERE user_id = $1 AND ${isNoted}`;
const eraseLateNotes = `
  UPDATE plenum_entries AS entry SET details = ${withoutNote} FROM plenum_erased_users AS known
  WHERE entry.message_id = ANY($1) AND known.user_id = entry.user_id AND entry.at <= known.until AND ${isNoted}`;

interface Found {
  readonly messageIds: readonly string[];
  readonly groupIds: readonly string[];
}

async function eraseTexts(connection: Connection, { messageIds, groupIds }: Found): Promise<void> {
  if (messageIds.length === 0) return;
  await connection.query(entomb, [messageIds, groupIds]);
  for (const sql of removals) await connection.query(sql, [messageIds]);
}

const foundIn = (rows: readonly Readonly<Record<string, unknown>>[]): Found => ({
  messageIds: rows.map((row) => String(row['message_id'])),
  groupIds: rows.map((row) => String(row['group_id'])),
});

/** @returns how many messages became tombstones, at most `limit` */
export async function eraseMessages(
  connection: Connection,
  { userId, untilMs, limit }: { readonly userId: UserId; readonly untilMs: number; readonly limit: number },
): Promise<number> {
  await connection.query(remember, [userId, new Date(untilMs)]);
  let erased = 0;
  await inTransaction(connection, async () => {
    const found = foundIn((await connection.query(find, [userId, limit])).rows);
    await eraseTexts(connection, found);
    await connection.query(eraseNotes, [userId]);
    erased = found.messageIds.length;
  });
  return erased;
}

const late = `
  SELECT entry.message_id, entry.group_id
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS entry (message_id, group_id, user_id, at)
  JOIN plenum_erased_users AS known ON known.user_id = entry.user_id AND entry.at <= known.until
  ORDER BY entry.message_id`;

/** An entry of a batch with a text: a message, or an edit with the id of its message. */
export interface WrittenEntry {
  readonly messageId: string;
  readonly groupId: string;
  readonly userId: string;
  readonly at: string;
}

export async function hasErasedUser(
  connection: Connection,
  entries: readonly WrittenEntry[],
): Promise<boolean> {
  if (entries.length === 0) return false;
  const sql = 'SELECT 1 FROM plenum_erased_users WHERE user_id = ANY($1) LIMIT 1';
  const users = [...new Set(entries.map(({ userId }) => userId))];
  return (await connection.query(sql, [users])).rows.length > 0;
}

/** Erases what a batch has brought of erased users, in the transaction of the batch. @param notedIds of requests with a note */
export async function eraseLate(
  connection: Connection,
  entries: readonly WrittenEntry[],
  notedIds: readonly string[],
): Promise<void> {
  if (notedIds.length > 0) await connection.query(eraseLateNotes, [notedIds]);
  const { rows } = await connection.query(late, [
    entries.map(({ messageId }) => messageId),
    entries.map(({ groupId }) => groupId),
    entries.map(({ userId }) => userId),
    entries.map(({ at }) => at),
  ]);
  const found = foundIn(rows);
  const unique = new Map(found.messageIds.map((id, at): [string, string] => [id, found.groupIds[at] ?? '']));
  await eraseTexts(connection, { messageIds: [...unique.keys()], groupIds: [...unique.values()] });
}
