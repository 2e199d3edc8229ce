import type { HistoryEntry } from '@plenum/protocol';
import { type LogEntry, messageId, messageOf } from './entry.ts';

/** An entry of a group's log as `history` shows it. `message_id` is `<epoch>-<seq>` for events too, and unique. */
export type ArchiveEntry = HistoryEntry & { readonly message_id: string };
/** A message as adapters get it: the wire's own names. */
export type DeliveredMessage = Extract<ArchiveEntry, { readonly type: 'message' }>;

/** The entry as `history` shows it. */
export function historyEntryFrom(entry: LogEntry): HistoryEntry {
  if (entry.kind === 'event') return entry.event;
  const { request_id, result } = messageOf(entry);
  return { type: 'message', request_id, ...result };
}

/** The same with the id that adapters know it by. */
export const archiveEntryFrom = (entry: LogEntry): ArchiveEntry => ({
  ...historyEntryFrom(entry),
  message_id: messageId(entry.epoch, entry.seq),
});
