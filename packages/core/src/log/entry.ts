import type { GroupEvent, HistoryEntry, RelayMessagePush } from '@plenum/protocol';

/**
 * One entry of a group's log. `wire` is the JSON text of the push payload, exactly as the script stored it: fan-out
 * passes it on without parsing. It may be a view into all that was read from Redis at once: what keeps an entry for longer
 * than it takes to write it keeps a copy.
 */
export type LogEntry = MessageEntry | EventEntry;

interface EntryBase {
  readonly epoch: string;
  readonly seq: number;
  readonly wire: Buffer;
}
/** `wire` is a `relay_message` payload. */
export interface MessageEntry extends EntryBase {
  readonly type: 'message';
}
/** `wire` is a `group_event` payload; `event` is the same, parsed once by the engine. */
export interface EventEntry extends EntryBase {
  readonly type: 'event';
  readonly event: GroupEvent;
}

/** Parses the payload of a message entry. For history and tests; fan-out never parses. */
export const messageOf = (entry: MessageEntry): RelayMessagePush => JSON.parse(entry.wire.toString('utf8'));

/** The id of an entry, unique in the cluster: `<epoch>-<seq>`. */
export const messageId = (epoch: string, seq: number): string => `${epoch}-${seq}`;

/** An entry of a group's log as `history` shows it. `message_id` is `<epoch>-<seq>` for events too, and unique. */
export type ArchiveEntry = HistoryEntry & { readonly message_id: string };
/** A message as adapters get it, with the names of the wire. */
export type DeliveredMessage = Extract<ArchiveEntry, { readonly type: 'message' }>;

/** The entry as `history` shows it. */
export function historyEntryFrom(entry: LogEntry): HistoryEntry {
  if (entry.type === 'event') return entry.event;
  const { request_id, result } = messageOf(entry);
  return { type: 'message', request_id, ...result };
}

/** The entry as `history` shows it, with the `message_id` by which adapters know it. */
export const archiveEntryFrom = (entry: LogEntry): ArchiveEntry => ({
  ...historyEntryFrom(entry),
  message_id: messageId(entry.epoch, entry.seq),
});
