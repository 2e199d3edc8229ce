/**
 * Shows entries that were read from an archive as they are now: an archive gets take-downs and other changes a little later than
 * the store, and while it is away much later.
 */
import {
  type Actor,
  type HistoryEntry,
  isMessageEvent,
  type MessageEvent,
  type MessageHistoryEntry,
  type PresentMessage,
  type ReactionState,
  type Tombstone,
} from '@plenum/protocol';

/** What the store knows of a message that an archive may show in an earlier state. */
export type KnownState = KnownTakeDown | KnownChanges;

export interface KnownTakeDown {
  readonly type: 'taken_down';
  readonly deletedBy: Actor;
  /** ISO-8601 UTC with ms. */
  readonly deletedAt: string;
  readonly reason?: string;
  /** Seq of the entry `deleted`. */
  readonly stateSeq: number;
}

/** Edits and reactions, as long as the log has the newest of them. */
export interface KnownChanges {
  readonly type: 'changed';
  /** Seq of the newest change. */
  readonly stateSeq: number;
  /** Null: the text was never edited. */
  readonly edit: KnownEdit | null;
  /** Null: those that the archive has. The message was edited after the log had lost it. */
  readonly reactions: Readonly<Record<string, ReactionState>> | null;
}

export interface KnownEdit {
  readonly edits: number;
  readonly editedAt: string;
  readonly body: Pick<PresentMessage, 'message' | 'metadata' | 'mentions'>;
}

/** @returns the id of the message whose text the entry shows; null: it shows none */
export function shownMessageIn(entry: HistoryEntry): string | null {
  if (isMessageEvent(entry)) {
    const isText = entry.type === 'edited' || entry.type === 'appended';
    return isText && entry.deleted !== true ? entry.message_id : null;
  }
  return entry.type === 'message' && !('deleted' in entry) ? entry.message_id : null;
}

/** The entry with what is known of its message. An entry that shows no text stays as it is. */
export function withKnownState(entry: HistoryEntry, state: KnownState): HistoryEntry {
  if (shownMessageIn(entry) === null) return entry;
  if (isMessageEvent(entry)) return changeWith(entry, state);
  return entry.type === 'message' && !('deleted' in entry) ? messageWith(entry, state) : entry;
}

function changeWith(change: MessageEvent, state: KnownState): MessageEvent {
  const { message: _, metadata: _metadata, mentions: _mentions, text: _text, ...rest } = change;
  if (state.type === 'taken_down') return { ...rest, deleted: true };
  return change.type === 'edited' && state.edit !== null ? { ...rest, ...state.edit.body } : change;
}

type Shown = Extract<MessageHistoryEntry, PresentMessage>;

function messageWith(message: Shown, state: KnownState): MessageHistoryEntry {
  const { type, request_id } = message;
  if (state.type === 'taken_down') return { type, request_id, ...tombstoneWith(message, state) };
  const { reactions: archived = {}, metadata, mentions, ...rest } = message;
  const own = {
    ...(metadata === undefined ? {} : { metadata }),
    ...(mentions === undefined ? {} : { mentions }),
  };
  const { edit, stateSeq } = state;
  const reactions = state.reactions ?? archived;
  return {
    ...rest,
    ...(edit === null ? own : { ...edit.body, edits: edit.edits, edited_at: edit.editedAt }),
    ...(Object.keys(reactions).length === 0 ? {} : { reactions: { ...reactions } }),
    state_seq: stateSeq,
  };
}

function tombstoneWith(message: PresentMessage, state: KnownTakeDown): Tombstone {
  const { group_id, from_user_id, timestamp, message_id, epoch, seq } = message;
  const { deletedBy, deletedAt, reason, stateSeq } = state;
  return {
    ...{ group_id, from_user_id },
    deleted: true,
    deleted_by: deletedBy,
    deleted_at: deletedAt,
    ...(reason === undefined ? {} : { reason }),
    state_seq: stateSeq,
    ...{ timestamp, message_id, epoch, seq },
  };
}
