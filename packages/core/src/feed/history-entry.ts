import type { HistoryEntry } from '@plenum/protocol';
import type { ArchiveEntry } from '../ports/adapters.ts';
import { type LogEntry, messageOf } from './entry.ts';

/** The entry as `history` tells it. */
export function historyEntryFrom(entry: LogEntry): HistoryEntry {
  if (entry.kind === 'event') return entry.event;
  const { request_id, result } = messageOf(entry);
  return { type: 'message', request_id, ...result };
}

/** The same with the id that adapters know it by. */
export const archiveEntryFrom = (entry: LogEntry): ArchiveEntry => ({
  ...historyEntryFrom(entry),
  message_id: `${entry.epoch}-${entry.seq}`,
});
