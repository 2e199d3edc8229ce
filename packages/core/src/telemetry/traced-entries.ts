/** Messages that carry a trace context, as tracers get them. */
import type { GroupId } from '@plenum/protocol';
import { type ArchiveEntry, isArchivedChange, type LogEntry, messageOf } from '../log/entry.ts';

export interface TracedEntry {
  readonly messageId: string;
  readonly groupId: GroupId;
  /** That of its send, version 00. */
  readonly traceparent: string;
}

const field = Buffer.from('"traceparent":"');

/** Parses only messages whose bytes have such a field, which may also be one of `metadata`. */
export const tracedIn = (groupId: GroupId, entries: readonly LogEntry[]): readonly TracedEntry[] =>
  entries.flatMap((entry) => {
    if (entry.type !== 'message' || !entry.wire.includes(field)) return [];
    const { result } = messageOf(entry);
    if (result.message === undefined || result.traceparent === undefined) return [];
    return [{ messageId: result.message_id, groupId, traceparent: result.traceparent }];
  });

export const tracedAmong = (entries: readonly ArchiveEntry[]): readonly TracedEntry[] =>
  entries.flatMap((entry) => {
    if (isArchivedChange(entry) || entry.type !== 'message' || entry.traceparent === undefined) return [];
    const { message_id: messageId, group_id: groupId, traceparent } = entry;
    return [{ messageId, groupId, traceparent }];
  });
