/** Parses entries of an outbox, retries and dead letters. Never throws. */
import {
  type ArchiveEntry,
  archivedChangeFrom,
  type DueRetry,
  messageId,
  type OutboxEntry,
  type UnreadableEntry,
  type UnreadableRetry,
} from '@plenum/core';
import {
  type GroupId,
  groupEventSchema,
  groupIdSchema,
  messageEventSchema,
  relayMessagePushSchema,
  requestIdSchema,
  timestampSchema,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import type { StoredEntry } from '../script-calls/outbox.ts';

/** Marks a missing value in a record. */
export const NOTHING = '-';

/** @returns null for data that no script of this version has written; never throws */
export function archiveEntryOf(kind: string, wire: string): ArchiveEntry | null {
  const json = parseJson(wire);
  if (kind === 'm') {
    const push = relayMessagePushSchema.safeParse(json);
    if (!push.success) return null;
    const { request_id, result } = push.data;
    return 'deleted' in result ? null : { type: 'message', request_id, ...result };
  }
  if (kind === 'c') return changeOf(json);
  const event = groupEventSchema.safeParse(json);
  return event.success ? { ...event.data, message_id: messageId(event.data.epoch, event.data.seq) } : null;
}

/** What a `deleted` says of the message, for an archive that never got it. */
const sentSchema = z.object({
  sent: z
    .object({ request_id: requestIdSchema, from_user_id: userIdSchema, timestamp: timestampSchema })
    .exactOptional(),
});

function changeOf(json: unknown): ArchiveEntry | null {
  const change = messageEventSchema.safeParse(json);
  const sent = sentSchema.safeParse(json);
  return change.success && sent.success ? archivedChangeFrom(change.data, sent.data.sent) : null;
}

export const groupIdOf = (text: string): GroupId | null => groupIdSchema.safeParse(text).data ?? null;

interface ReadEntries {
  readonly retryingOf: ReadonlyMap<GroupId, number>;
  readonly entries: readonly OutboxEntry[];
  readonly unreadable: readonly UnreadableEntry[];
}

export function readEntries(stored: readonly StoredEntry[]): ReadEntries {
  const entries: OutboxEntry[] = [];
  const unreadable: UnreadableEntry[] = [];
  const retryingOf = new Map<GroupId, number>();
  for (const { offset, groupId, kind, wire, retryingOfGroup } of stored) {
    const entry = archiveEntryOf(kind, wire);
    if (entry !== null) {
      entries.push({ offset, entry });
      if (retryingOfGroup > 0) retryingOf.set(entry.group_id, retryingOfGroup);
    } else unreadable.push({ offset, behind: entries.length, groupId: groupIdOf(groupId) });
  }
  return { entries, unreadable, retryingOf };
}

interface StoredRetry {
  readonly messageId: string;
  /** `<attempts> <members cursor or -> <group id> <k> <w>` */
  readonly record: string;
}
interface ReadRetries {
  readonly retries: readonly DueRetry[];
  readonly unreadableRetries: readonly UnreadableRetry[];
}

export function readRetries(stored: readonly StoredRetry[]): ReadRetries {
  const retries: DueRetry[] = [];
  const unreadableRetries: UnreadableRetry[] = [];
  for (const { messageId, record } of stored) {
    const [, attempts = '0', membersCursor = '', kind = '', wire = ''] =
      /^(\d+) (\S+) \S+ (\S+) (.*)$/s.exec(record) ?? [];
    const entry = archiveEntryOf(kind, wire);
    const pages = membersCursor === NOTHING ? null : membersCursor;
    if (entry === null) unreadableRetries.push({ messageId, attempts: Number(attempts) });
    else retries.push({ messageId, entry, attempts: Number(attempts), membersCursor: pages });
  }
  return { retries, unreadableRetries };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
