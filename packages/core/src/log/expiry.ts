/**
 * Messages that expire: from that time on no reader gets the text, even if the owner of the partition takes the message
 * down later.
 */
import {
  type HistoryEntry,
  isMessageEvent,
  type PresentMessage,
  SERVICE,
  type Tombstone,
} from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';

/** The `reason` of a take-down at the end of a message. */
export const expiredReason = 'expired';

/** @param expiresAt ISO-8601 UTC with ms, so that texts compare as times */
export const isPast = (expiresAt: string | undefined, nowMs: number): expiresAt is string =>
  expiresAt !== undefined && expiresAt <= isoTime(nowMs);

/** What a reader gets at the seq of a message from its end until the message is taken down. */
export function tombstoneOf(message: PresentMessage, expiresAt: string): Tombstone {
  const { group_id, from_user_id, timestamp, message_id, epoch, seq } = message;
  return {
    ...{ group_id, from_user_id },
    deleted: true,
    deleted_by: SERVICE,
    deleted_at: expiresAt,
    reason: expiredReason,
    ...{ timestamp, message_id, epoch, seq },
  };
}

/** The entry as it is shown at a time: without the text of a message that has reached its end. */
export function shownAt(entry: HistoryEntry, nowMs: number): HistoryEntry {
  if (isMessageEvent(entry)) {
    if (!isPast(entry.expires_at, nowMs)) return entry;
    const { message: _, metadata: _metadata, mentions: _mentions, ...rest } = entry;
    return { ...rest, deleted: true };
  }
  if (entry.type !== 'message' || 'deleted' in entry || !isPast(entry.expires_at, nowMs)) return entry;
  return { type: 'message', request_id: entry.request_id, ...tombstoneOf(entry, entry.expires_at) };
}
