/**
 * The present state of messages that were changed: last edit, take-down, reactions. The changes of a message may come in any
 * order and again: of two changes, the one that is later in the log wins, and a take-down always wins.
 */
import type { ArchivedChange } from '@plenum/core';
import type { Connection } from './connections.ts';
import { detailsOf } from './entry-rows.ts';

/** Where in the log a change is. */
interface Place {
  readonly epoch: string;
  readonly seq: number;
  readonly at: string;
}
export const placeOf = ({ epoch, seq, timestamp }: ArchivedChange): Place => ({ epoch, seq, at: timestamp });

/** A seq counts within its epoch; a failover may give it again in the next one, so epochs are compared by time. */
export const isLater = (place: Place, than: Place | null): boolean =>
  than === null ||
  (place.epoch === than.epoch ? place.seq > than.seq : Date.parse(place.at) > Date.parse(than.at));
export const isLaterSql = (stored: string, given: string): string =>
  `CASE WHEN ${stored}.epoch = ${given}.epoch THEN ${stored}.seq < ${given}.seq ELSE ${stored}.at < ${given}.at END`;

/** A text of a message, with the number of edits that made it. */
export interface MessageText {
  readonly edits: number;
  readonly message: string;
  /** JSON text of metadata and mentions. */
  readonly details: string | null;
}
interface Edit extends MessageText {
  readonly place: Place;
}
interface TakeDown {
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
}

export interface MessageState {
  readonly messageId: string;
  /** The latest change; null: none yet. */
  readonly latest: Place | null;
  readonly edit: Edit | null;
  readonly takeDown: TakeDown | null;
}

interface Folded {
  readonly state: MessageState;
  /** The texts that were replaced. */
  readonly previous: readonly MessageText[];
}

const editOf = (change: ArchivedChange): Edit => {
  const { message = '', metadata, mentions, edits = 1 } = change;
  const details = {
    ...(metadata === undefined ? {} : { metadata }),
    ...(mentions === undefined ? {} : { mentions }),
  };
  return { edits, message, details: detailsOf(details), place: placeOf(change) };
};

const takeDownOf = ({ timestamp, actor_id, reason }: ArchivedChange): TakeDown => ({
  at: timestamp,
  by: actor_id,
  reason: reason ?? null,
});

/**
 * Applies one change. Pure.
 * @param original the text before the first edit; null if the message has not arrived, or was edited before
 */
export function fold(state: MessageState, change: ArchivedChange, original: MessageText | null): Folded {
  const place = placeOf(change);
  const latest = isLater(place, state.latest) ? place : state.latest;
  if (state.takeDown !== null) return { state: { ...state, latest }, previous: [] };
  if (change.type === 'deleted') {
    return { state: { ...state, latest, edit: null, takeDown: takeDownOf(change) }, previous: [] };
  }
  // The pieces of a text come without it, and the last one with the whole text, which is no edit.
  if (change.type === 'appended' && change.message !== undefined && state.edit === null) {
    const edit = { edits: 0, message: change.message, details: null, place };
    return { state: { ...state, latest, edit }, previous: [] };
  }
  // An edit whose text was taken down meanwhile comes without it.
  if (change.type !== 'edited' || change.message === undefined)
    return { state: { ...state, latest }, previous: [] };
  const edit = editOf(change);
  if (state.edit === null)
    return { state: { ...state, latest, edit }, previous: original === null ? [] : [original] };
  const { place: held } = state.edit;
  if (held.epoch === place.epoch && held.seq === place.seq)
    return { state: { ...state, latest }, previous: [] };
  return isLater(place, held)
    ? { state: { ...state, latest, edit }, previous: [state.edit] }
    : { state: { ...state, latest }, previous: [edit] };
}

type Row = Readonly<Record<string, unknown>>;
const textIn = (value: unknown): string | null => (value === null ? null : String(value));
const isoIn = (value: unknown): string => (value instanceof Date ? value.toISOString() : '');

function placeIn(epoch: unknown, seq: unknown, at: unknown): Place | null {
  return epoch === null ? null : { epoch: String(epoch), seq: Number(seq), at: isoIn(at) };
}

function stateIn(row: Row): MessageState {
  const place = placeIn(row['edit_epoch'], row['edit_seq'], row['edited_at']);
  const details = row['details'] === null ? null : JSON.stringify(row['details']);
  const text = { edits: Number(row['edits']), message: String(row['message']), details };
  const takeDown = {
    at: isoIn(row['deleted_at']),
    by: String(row['deleted_by']),
    reason: textIn(row['reason']),
  };
  return {
    messageId: String(row['message_id']),
    latest: placeIn(row['epoch'], row['seq'], row['at']),
    edit: place === null ? null : { ...text, place },
    takeDown: row['deleted_at'] === null ? null : takeDown,
  };
}

/** Locks in the order of the ids, so that two batches with the same messages wait for each other instead of failing. */
const lock = `
  INSERT INTO plenum_message_states AS state (message_id, group_id)
  SELECT message_id, group_id FROM unnest($1::text[], $2::text[]) AS named (message_id, group_id) ORDER BY message_id
  ON CONFLICT (message_id) DO UPDATE SET group_id = state.group_id
  RETURNING *`;

/** Locks the states of these messages until the end of the transaction. */
export async function lockStates(
  connection: Connection,
  named: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, MessageState>> {
  const { rows } = await connection.query(lock, [[...named.keys()], [...named.values()]]);
  return new Map(rows.map(stateIn).map((state) => [state.messageId, state]));
}

const saveStatesSql = `
  UPDATE plenum_message_states AS state
  SET epoch = given.epoch, seq = given.seq, at = given.at, edits = given.edits, edit_epoch = given.edit_epoch,
    edit_seq = given.edit_seq, edited_at = given.edited_at, message = given.message, details = given.details,
    deleted_at = given.deleted_at, deleted_by = given.deleted_by, reason = given.reason
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::int[], $6::text[], $7::bigint[],
    $8::timestamptz[], $9::text[], $10::json[], $11::timestamptz[], $12::text[], $13::text[])
    AS given (message_id, epoch, seq, at, edits, edit_epoch, edit_seq, edited_at, message, details, deleted_at,
      deleted_by, reason)
  WHERE state.message_id = given.message_id`;

export async function saveStates(connection: Connection, states: readonly MessageState[]): Promise<void> {
  const column = (of: (state: MessageState) => unknown) => states.map((state) => of(state) ?? null);
  await connection.query(saveStatesSql, [
    column(({ messageId }) => messageId),
    column(({ latest }) => latest?.epoch),
    column(({ latest }) => latest?.seq),
    column(({ latest }) => latest?.at),
    column(({ edit }) => edit?.edits ?? 0),
    column(({ edit }) => edit?.place.epoch),
    column(({ edit }) => edit?.place.seq),
    column(({ edit }) => edit?.place.at),
    column(({ edit }) => edit?.message),
    column(({ edit }) => edit?.details),
    column(({ takeDown }) => takeDown?.at),
    column(({ takeDown }) => takeDown?.by),
    column(({ takeDown }) => takeDown?.reason),
  ]);
}
