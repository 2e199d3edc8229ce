/** Turns an entry into a row of `plenum_entries`, and a row with the present state of its message into a history entry. */
import { type ArchivedChange, type ArchiveEntry, isArchivedChange, PlenumError } from '@plenum/core';
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';

export interface EntryRow {
  readonly message_id: string;
  readonly group_id: string;
  readonly epoch: string;
  readonly seq: number;
  readonly type: string;
  readonly user_id: string;
  readonly request_id: string | null;
  /** Null for events, changes, and messages that were taken down. */
  readonly message: string | null;
  readonly at: string;
  /** JSON text of the fields without a column. */
  readonly details: string | null;
  /** The message that a change concerns. */
  readonly target_id: string | null;
}

/** Name and array type of each column, because a batch is sent as one array per column. */
export const entryColumns: readonly (readonly [keyof EntryRow, string])[] = [
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
  ['target_id', 'text[]'],
];

/** Keeps all fields without a column as JSON, so that a field of a later version is not lost. */
export function detailsOf(rest: object): string | null {
  return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}

/** A change is stored without its text: the present text is in the state of its message. */
function changeRow(change: ArchivedChange): EntryRow {
  const { message_id, group_id, epoch, seq, type, actor_id, timestamp, target, ...rest } = change;
  const { message: _text, metadata: _metadata, mentions: _mentions, deleted: _deleted, ...told } = rest;
  const unused = { request_id: null, message: null };
  const ids = { message_id, group_id, epoch, seq, type, user_id: actor_id, target_id: target.message_id };
  return { ...ids, ...unused, at: timestamp, details: detailsOf(told) };
}

export function rowOf(entry: ArchiveEntry): EntryRow {
  if (isArchivedChange(entry)) return changeRow(entry);
  if (entry.type === 'message') {
    const {
      message_id,
      group_id,
      epoch,
      seq,
      type,
      from_user_id,
      request_id,
      message,
      timestamp,
      open: _,
      ...rest
    } = entry;
    const ids = { message_id, group_id, epoch, seq, type, user_id: from_user_id, request_id };
    return { ...ids, message, at: timestamp, details: detailsOf(rest), target_id: null };
  }
  const { message_id, group_id, epoch, seq, type, user_id, timestamp, ...rest } = entry;
  const unused = { request_id: null, message: null, target_id: null };
  return {
    ...{ message_id, group_id, epoch, seq, type, user_id },
    ...unused,
    at: timestamp,
    details: detailsOf(rest),
  };
}

type Row = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
const timeOf = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);

/** The columns of a state that a page reads beside those of the entry; null if the message was never changed. */
const stateSeqOf = (row: Row): object =>
  row['state_seq'] === null ? {} : { state_seq: Number(row['state_seq']) };

/** `[{ reaction, count, me? }]` as the statement aggregates it. */
function reactionsOf(listed: unknown): object {
  if (!Array.isArray(listed)) return {};
  const reactions = listed.map((one: unknown) => {
    const { reaction, ...state } = { reaction: '', ...objectOf(one) };
    return [reaction, state];
  });
  return { reactions: Object.fromEntries(reactions) };
}

const textOf = (row: Row): object => ({ message: row['state_message'], ...objectOf(row['state_details']) });

/** Metadata and mentions belong to the text: an edit replaces them. */
function withoutOwnData(details: unknown): object {
  const {
    metadata: _metadata,
    mentions: _mentions,
    ...rest
  } = { metadata: 0, mentions: 0, ...objectOf(details) };
  return rest;
}

function messageFields(row: Row): object {
  const sent = {
    from_user_id: row['user_id'],
    request_id: row['request_id'],
    message_id: row['message_id'],
    ...stateSeqOf(row),
  };
  if (row['deleted_at'] !== null) {
    const reason = row['reason'] === null ? {} : { reason: row['reason'] };
    return {
      ...sent,
      deleted: true,
      deleted_by: row['deleted_by'],
      deleted_at: timeOf(row['deleted_at']),
      ...reason,
    };
  }
  const reactions = reactionsOf(row['reactions']);
  const edits = Number(row['edits']);
  if (edits === 0) return { ...objectOf(row['details']), ...sent, ...reactions, message: row['message'] };
  const edited = { edits, edited_at: timeOf(row['edited_at']) };
  return { ...withoutOwnData(row['details']), ...sent, ...reactions, ...edited, ...textOf(row) };
}

function changeFields(row: Row): object {
  const told = { ...objectOf(row['details']), actor_id: row['user_id'], message_id: row['target_id'] };
  if (row['type'] !== 'edited') return told;
  return { ...told, ...(row['deleted_at'] === null ? textOf(row) : { deleted: true }) };
}

function ownFields(row: Row): object {
  if (row['type'] === 'message') return messageFields(row);
  if (row['target_id'] !== null) return changeFields(row);
  return { ...objectOf(row['details']), user_id: row['user_id'] };
}

/** @throws PlenumError `internal` for a row that this service has not written */
export function entryOf(row: Row): HistoryEntry {
  const { group_id, epoch, type, at } = row;
  const common = { group_id, epoch, seq: Number(row['seq']), type, timestamp: timeOf(at) };
  const entry = historyEntrySchema.safeParse({ ...ownFields(row), ...common });
  if (entry.success) return entry.data;
  throw PlenumError.of('internal', { cause: new Error('a row of plenum_entries is not an entry') });
}
