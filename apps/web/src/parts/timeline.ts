/** The messages of a group and the events between them, as one list. */
import type { GroupEvent } from '@plenum/client';
import type { ListedMessage } from '@plenum/react';

export type TimelineEntry = ListedMessage | GroupEvent;

export const isEvent = (entry: TimelineEntry): entry is GroupEvent => entry.type !== 'message';

/** Own messages that are on their way have no `seq` yet and come last. */
export function timelineOf(
  messages: readonly ListedMessage[],
  events: readonly GroupEvent[],
): readonly TimelineEntry[] {
  const logged = messages.filter(({ seq }) => seq !== undefined);
  const unlogged = messages.filter(({ seq }) => seq === undefined);
  return [...[...logged, ...events].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)), ...unlogged];
}

/** Messages of one user within so many ms are one block. */
const blockMs = 5 * 60_000;

/** @returns true if the entry shows who wrote it */
export function beginsBlock(before: TimelineEntry | undefined, entry: TimelineEntry): boolean {
  if (before === undefined || isEvent(before) || isEvent(entry)) return true;
  const gapMs = Date.parse(entry.timestamp) - Date.parse(before.timestamp);
  return before.from_user_id !== entry.from_user_id || gapMs > blockMs;
}
