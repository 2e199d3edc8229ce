import type { ArchiveEntry } from '@plenum/core';
import { groupEventSchema, relayMessagePushSchema } from '@plenum/protocol';

/** @returns null for what no script of ours has written; never throws */
export function archiveEntryOf(kind: string, wire: string): ArchiveEntry | null {
  const json = parseJson(wire);
  if (kind === 'm') {
    const push = relayMessagePushSchema.safeParse(json);
    if (!push.success) return null;
    const { request_id, result } = push.data;
    return { type: 'message', request_id, ...result };
  }
  const event = groupEventSchema.safeParse(json);
  return event.success ? { ...event.data, message_id: `${event.data.epoch}-${event.data.seq}` } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
