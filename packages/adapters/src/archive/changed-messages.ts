/**
 * Applies a batch of changes to the stored messages: present texts, tombstones, reactions, previous texts. The caller runs it in
 * a transaction, after the entries of the batch were inserted.
 */
import type { ArchivedChange } from '@plenum/core';
import type { Connection } from './connections.ts';
import { detailsOf, type EntryRow, entryColumns } from './entry-rows.ts';
import { fold, lockStates, type MessageState, type MessageText, saveStates } from './message-states.ts';
import { saveReactions } from './reactions-table.ts';

export interface ChangedBatch {
  readonly changes: readonly ArchivedChange[];
  /** Messages that come after one of their changes, or come again. */
  readonly late: readonly EntryRow[];
  readonly keepsPreviousTexts: boolean;
}

type Row = Readonly<Record<string, unknown>>;

const columnNames = entryColumns.map(([name]) => name).join(', ');
const columnArrays = entryColumns.map(([, type], index) => `$${index + 1}::${type}`).join(', ');
export const columnValues = (rows: readonly EntryRow[]) =>
  entryColumns.map(([name]) => rows.map((row) => row[name]));

const textIn = (value: unknown): string | null => (value === null ? null : String(value));

const storedRow = (row: Row): EntryRow => ({
  message_id: String(row['message_id']),
  group_id: String(row['group_id']),
  epoch: String(row['epoch']),
  seq: Number(row['seq']),
  type: String(row['type']),
  user_id: String(row['user_id']),
  request_id: textIn(row['request_id']),
  message: textIn(row['message']),
  at: row['at'] instanceof Date ? row['at'].toISOString() : '',
  details: row['details'] === null ? null : JSON.stringify(row['details']),
  target_id: null,
});

async function storedRows(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, EntryRow>> {
  const sql = `SELECT ${columnNames} FROM plenum_entries WHERE message_id = ANY($1)`;
  const { rows } = await connection.query(sql, [ids]);
  return new Map(rows.map(storedRow).map((row) => [row.message_id, row]));
}

/** Waits for another batch that inserts the same message, and then changes it: so no text survives a take-down. */
const replaceSql = `
  INSERT INTO plenum_entries (${columnNames}) SELECT ${columnNames} FROM unnest(${columnArrays}) AS entry (${columnNames})
  ON CONFLICT (message_id) DO UPDATE SET message = excluded.message, details = excluded.details`;

const previousSql = `
  INSERT INTO plenum_previous_texts (message_id, edits, message, details)
  SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::json[]) ON CONFLICT (message_id, edits) DO NOTHING`;

const textTables = ['plenum_previous_texts', 'plenum_reactions', 'plenum_reaction_counts'];

interface Details {
  readonly metadata?: unknown;
  readonly mentions?: unknown;
}

/** Splits the details of a row into those that an edit replaces, and the rest. */
function splitDetails(details: string | null): { readonly own: Details; readonly rest: object } {
  const { metadata, mentions, ...rest }: Details = details === null ? {} : JSON.parse(details);
  return {
    own: { ...(metadata === undefined ? {} : { metadata }), ...(mentions === undefined ? {} : { mentions }) },
    rest,
  };
}

function originalOf({ message, details }: EntryRow): MessageText | null {
  return message === null ? null : { edits: 0, message, details: detailsOf(splitDetails(details).own) };
}

/** A row for a message that never arrives, because the take-down has removed it on its way. */
function rowOfSent({ target, target_seq, group_id }: ArchivedChange): EntryRow | null {
  const { sent, message_id } = target;
  if (sent === undefined) return null;
  const epoch = message_id.slice(0, -`-${target_seq}`.length);
  const ids = { message_id, group_id, epoch, seq: target_seq, request_id: sent.request_id, target_id: null };
  return {
    ...ids,
    type: 'message',
    user_id: sent.from_user_id,
    at: sent.timestamp,
    message: null,
    details: null,
  };
}

/** The row as it has to be stored; null: it stays as it is, or nothing is known about the message yet. */
function presentRow(row: EntryRow | null, { edit, takeDown }: MessageState): EntryRow | null {
  if (row === null) return null;
  if (takeDown !== null) return { ...row, message: null, details: null };
  if (edit === null) return row;
  if (edit.edits === 0) return { ...row, message: edit.message };
  const own = edit.details === null ? {} : JSON.parse(edit.details);
  return { ...row, message: edit.message, details: detailsOf({ ...splitDetails(row.details).rest, ...own }) };
}

interface PreviousText extends MessageText {
  readonly messageId: string;
}
interface Applied {
  readonly states: readonly MessageState[];
  readonly rows: readonly EntryRow[];
  readonly previous: readonly PreviousText[];
}

/** The changes of one message, and what the archive has of it. */
interface Concerned {
  readonly state: MessageState;
  readonly changes: readonly ArchivedChange[];
  readonly stored: EntryRow | null;
  readonly late: EntryRow | null;
}

function applyTo({ state: before, changes, stored, late }: Concerned): Applied {
  const previous: MessageText[] = [];
  let state = before;
  const source = stored ?? late ?? changes.map(rowOfSent).find((row) => row !== null) ?? null;
  const original = source === null ? null : originalOf(source);
  for (const change of changes) {
    const folded = fold(state, change, original);
    previous.push(...folded.previous);
    state = folded.state;
  }
  // The text of a message that comes after its edit is a previous one.
  if (stored === null && before.edit !== null && before.edit.edits > 0 && original !== null)
    previous.push(original);
  const row = presentRow(source, state);
  const { messageId } = state;
  return {
    states: [state],
    rows: row === null ? [] : [row],
    previous: state.takeDown === null ? previous.map((text) => ({ ...text, messageId })) : [],
  };
}

/** The messages of a batch with their groups, ascending by id. */
function messagesOf({ changes, late }: ChangedBatch): ReadonlyMap<string, string> {
  const named = [
    ...changes.map(({ target, group_id }): [string, string] => [target.message_id, group_id]),
    ...late.map(({ message_id, group_id }): [string, string] => [message_id, group_id]),
  ];
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function applyChanges(connection: Connection, batch: ChangedBatch): Promise<void> {
  const named = messagesOf(batch);
  if (named.size === 0) return;
  const states = await lockStates(connection, named);
  const stored = await storedRows(connection, [...named.keys()]);
  const changesOf = new Map<string, ArchivedChange[]>();
  for (const change of batch.changes) {
    const { message_id } = change.target;
    changesOf.set(message_id, [...(changesOf.get(message_id) ?? []), change]);
  }
  const lateOf = new Map(batch.late.map((row) => [row.message_id, row]));
  const applied = [...states.values()].map((state) =>
    applyTo({
      state,
      changes: changesOf.get(state.messageId) ?? [],
      stored: stored.get(state.messageId) ?? null,
      late: lateOf.get(state.messageId) ?? null,
    }),
  );
  await saveStates(
    connection,
    applied.flatMap((one) => one.states),
  );
  await saveRows(
    connection,
    applied.flatMap(({ rows }) => rows),
  );
  if (batch.keepsPreviousTexts)
    await savePrevious(
      connection,
      applied.flatMap(({ previous }) => previous),
    );
  const gone = new Set(
    applied.flatMap((one) =>
      one.states.flatMap(({ messageId, takeDown }) => (takeDown === null ? [] : [messageId])),
    ),
  );
  await forget(connection, [...gone]);
  const isReaction = ({ type, target }: ArchivedChange) =>
    (type === 'reacted' || type === 'unreacted') && !gone.has(target.message_id);
  await saveReactions(connection, batch.changes.filter(isReaction));
}

async function saveRows(connection: Connection, rows: readonly EntryRow[]): Promise<void> {
  if (rows.length > 0) await connection.query(replaceSql, columnValues(rows));
}

async function savePrevious(connection: Connection, texts: readonly PreviousText[]): Promise<void> {
  if (texts.length === 0) return;
  await connection.query(previousSql, [
    texts.map(({ messageId }) => messageId),
    texts.map(({ edits }) => edits),
    texts.map(({ message }) => message),
    texts.map(({ details }) => details),
  ]);
}

async function forget(connection: Connection, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  for (const table of textTables) {
    await connection.query(`DELETE FROM ${table} WHERE message_id = ANY($1)`, [messageIds]);
  }
}
