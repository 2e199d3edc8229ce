/** Keeps what was taken down from adapters: asked right before each call, after a call may have waited for its turn. */
import { type ArchiveEntry, editWithoutText, isArchivedChange } from '../log/entry.ts';
import { partitionOf } from '../partitions.ts';
import { type Outbox, takenDownHoldsMs } from '../ports/outbox.ts';
import type { Clock } from '../ports/runtime.ts';

/** @returns the entries without messages that were taken down, and without the texts of their edits */
export type LivingEntries = (entries: readonly ArchiveEntry[]) => Promise<readonly ArchiveEntry[]>;

/** The id of the message whose text the entry has; null: it has none. */
function messageIn(entry: ArchiveEntry): string | null {
  if (isArchivedChange(entry)) return entry.message === undefined ? null : entry.target.message_id;
  return entry.type === 'message' ? entry.message_id : null;
}

/** All entries of one question are of one partition. */
export const livingEntries =
  (outbox: Pick<Outbox, 'takenDown'>, clock: Clock): LivingEntries =>
  async (entries) => {
    const messages = entries.flatMap((entry) => {
      const messageId = messageIn(entry);
      return messageId === null ? [] : [{ groupId: entry.group_id, messageId }];
    });
    const [first] = messages;
    if (first === undefined) return entries;
    const partition = partitionOf(first.groupId);
    let askedAtMs = clock.monotonicMs();
    let gone = await outbox.takenDown(partition, messages);
    while (clock.monotonicMs() - askedAtMs >= takenDownHoldsMs) {
      askedAtMs = clock.monotonicMs();
      gone = await outbox.takenDown(partition, messages);
    }
    if (gone.size === 0) return entries;
    return entries.flatMap((entry) => {
      if (!gone.has(messageIn(entry) ?? '')) return [entry];
      return isArchivedChange(entry) ? [editWithoutText(entry)] : [];
    });
  };
