/** The entries of a log, as the engine keeps them, as `history` shows them, and as adapters get them. */
import type {
  GroupEvent,
  HistoryEntry,
  MessageEvent,
  MessageHistoryEntry,
  PresentMessage,
  RelayMessagePush,
  UserId,
} from '@plenum/protocol';

/**
 * One entry of a group's log. `wire` is the JSON text of the push payload, exactly as the script stored it: fan-out
 * passes it on without parsing. It may be a view into all that was read from Redis at once: what keeps an entry for longer
 * than it takes to write it keeps a copy.
 */
export type LogEntry = MessageEntry | EventEntry | ChangeEntry;

interface EntryBase {
  readonly epoch: string;
  readonly seq: number;
  readonly wire: Buffer;
  /** Absent if every join and leave of the group was an entry, and if the entry was read from the log. */
  readonly members?: EntryMembers;
}
/** The members of a group right after an entry. */
export interface EntryMembers {
  /** `membersVersion` of the head. */
  readonly version: number;
  /** Active and muted members. */
  readonly count: number;
}
/** `wire` is a `relay_message` payload. Read from the log, it has the present state of the message. */
export interface MessageEntry extends EntryBase {
  readonly type: 'message';
  /** True: it was read for one user, and shows which of its reactions are by this user. */
  readonly isPersonal?: true;
}
/** `wire` is a `group_event` payload; `event` is the same, parsed once by the engine. */
export interface EventEntry extends EntryBase {
  readonly type: 'event';
  readonly event: GroupEvent;
}

/** `wire` is a `message_event` payload: the change of a message. */
export interface ChangeEntry extends EntryBase {
  readonly type: 'change';
}

/** Parses the payload of a change. For history and tests; fan-out never parses. */
export const changeOf = (entry: ChangeEntry): MessageEvent => JSON.parse(entry.wire.toString('utf8'));

/** Parses the payload of a message entry. For history and tests; fan-out never parses. */
export const messageOf = (entry: MessageEntry): RelayMessagePush => JSON.parse(entry.wire.toString('utf8'));

/** The id of an entry, unique in the cluster: `<epoch>-<seq>`. */
export const messageId = (epoch: string, seq: number): string => `${epoch}-${seq}`;

/** A group event as adapters get it, with an id like that of a message: `<epoch>-<seq>`. */
type ArchivedEvent = GroupEvent & { readonly message_id: string };

/** The message that a change concerns. */
export interface ChangedMessage {
  readonly message_id: string;
  /** For `deleted` only: an archive that never got the message makes its tombstone from this. */
  readonly sent?: {
    readonly request_id: string;
    readonly from_user_id: UserId;
    readonly timestamp: string;
  };
}
/** A change of a message as adapters get it: `message_id` is its own id, unique, and `target` names the message. */
export type ArchivedChange = MessageEvent & { readonly target: ChangedMessage };

/** A message as adapters get it: never a tombstone. */
export type DeliveredMessage = Extract<MessageHistoryEntry, PresentMessage>;
/** An entry of a group's log as adapters get it. `message_id` is `<epoch>-<seq>` for every kind, and unique. */
export type ArchiveEntry = DeliveredMessage | ArchivedEvent | ArchivedChange;

export const isArchivedChange = (entry: ArchiveEntry): entry is ArchivedChange => 'target' in entry;

/** An edit of a message that was taken down: it keeps its place in the archived log. */
export function editWithoutText(edit: ArchivedChange): ArchivedChange {
  const { message: _, metadata: _metadata, mentions: _mentions, ...rest } = edit;
  return { ...rest, deleted: true };
}

/** The message entry as `history` shows it. */
export function messageEntryFrom(entry: MessageEntry): MessageHistoryEntry {
  const { request_id, result } = messageOf(entry);
  return { type: 'message', request_id, ...result };
}

/** The entry as `history` shows it. */
export function historyEntryFrom(entry: LogEntry): HistoryEntry {
  if (entry.type === 'event') return entry.event;
  return entry.type === 'change' ? changeOf(entry) : messageEntryFrom(entry);
}

/** A message or a group event as adapters get it; null for a tombstone, which no adapter gets. */
export function archiveEntryFrom(entry: MessageEntry | EventEntry): ArchiveEntry | null {
  if (entry.type === 'event') return { ...entry.event, message_id: messageId(entry.epoch, entry.seq) };
  const message = messageEntryFrom(entry);
  return 'deleted' in message ? null : message;
}

/** A change as adapters get it. */
export const archivedChangeFrom = (change: MessageEvent, sent?: ChangedMessage['sent']): ArchivedChange => ({
  ...change,
  message_id: messageId(change.epoch, change.seq),
  target: { message_id: change.message_id, ...(sent === undefined ? {} : { sent }) },
});
