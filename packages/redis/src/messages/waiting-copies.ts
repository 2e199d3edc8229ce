/**
 * Finds and removes the copies of a taken-down message, and those of its edits, that wait for the adapters: in the outbox, the
 * retries and the dead letters. Each call reads a bounded part.
 */
import { type ArchivedMessage, type DeliveryKind, messageId, partitionOf } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { archiveEntryOf } from '../delivery/outbox-entry.ts';
import type { Keys } from '../keys.ts';
import { findWaiting, scrubLetters, scrubOutbox } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

/** Entries and dead letters that one script reads. */
const entriesPerCall = 500;
const kinds: readonly DeliveryKind[] = ['archive', 'notifier'];
/** Instead of an id: that list is read. */
const READ = '-';

export interface TakenDownMessage {
  readonly groupId: GroupId;
  readonly epoch: string;
  readonly seq: number;
  /** When the message was sent, ms: no copy of it in the outbox is older. 0: not known. */
  readonly sentMs: number;
}

interface ScrubDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
}

/**
 * Finds the message where it waits for the archive. An entry that moves is found at its new place, because the outbox is read
 * first. @returns null: the archive has it, or nothing has
 * @throws PlenumError `unavailable` when Redis is away
 */
export async function findWaitingMessage(
  { calls, keys }: ScrubDeps,
  { groupId, epoch, seq }: Omit<TakenDownMessage, 'sentMs'>,
): Promise<ArchivedMessage | null> {
  const partition = partitionOf(groupId);
  let fromId = '-';
  let afterLetter = READ;
  for (;;) {
    const { details } = await calls.read(findWaiting, {
      keys: {
        outbox: keys.outboxIn(partition),
        retrying: keys.retrying(partition, 'archive'),
        deadLetters: keys.deadLetters(partition, 'archive'),
        deadLettersByGroup: keys.deadLettersByGroup(partition, 'archive'),
      },
      args: { groupId, messageId: messageId(epoch, seq), fromId, afterLetter, limit: entriesPerCall },
    });
    const entry = details.wire === '' ? null : archiveEntryOf('m', details.wire);
    if (entry?.type === 'message') {
      const { request_id, from_user_id, timestamp, imported } = entry;
      const sent = { request_id, from_user_id, timestamp };
      return { sent, isImported: imported === true, takenDown: null };
    }
    if (afterLetter !== READ && details.nextLetter === '') return null;
    fromId = details.nextId;
    afterLetter = fromId === '' ? details.nextLetter : READ;
  }
}

/**
 * Must follow the take-down. Entries that move meanwhile are not missed, because the scripts that move them drop those
 * of a taken-down message. @returns how many copies were removed
 * @throws PlenumError `unavailable` when Redis is away: some copies may be left
 */
export async function scrubCopies(deps: ScrubDeps, message: TakenDownMessage): Promise<number> {
  const removed = await Promise.all([
    scrubOutboxOf(deps, message),
    ...kinds.map((kind) => scrubLettersOf(deps, message, kind)),
  ]);
  return removed.reduce((sum, count) => sum + count, 0);
}

async function scrubOutboxOf({ calls, keys }: ScrubDeps, message: TakenDownMessage): Promise<number> {
  const { groupId, epoch, seq, sentMs } = message;
  const partition = partitionOf(groupId);
  let removed = 0;
  let fromId = sentMs === 0 ? '-' : `${sentMs}-0`;
  while (fromId !== '') {
    const reply = await calls.read(scrubOutbox, {
      keys: {
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        queued: keys.queuedIn(partition),
      },
      args: { groupId, messageId: messageId(epoch, seq), fromId, limit: entriesPerCall },
    });
    removed += reply.details.removed;
    fromId = reply.details.next;
  }
  return removed;
}

async function scrubLettersOf(
  { calls, keys }: ScrubDeps,
  { groupId, epoch, seq }: TakenDownMessage,
  kind: DeliveryKind,
): Promise<number> {
  const partition = partitionOf(groupId);
  let removed = 0;
  let afterRetry = '';
  let afterLetter = '';
  while (afterRetry !== READ || afterLetter !== READ) {
    const reply = await calls.read(scrubLetters, {
      keys: {
        retries: keys.retries(partition, kind),
        retrying: keys.retrying(partition, kind),
        retriesByGroup: keys.retriesByGroup(partition, kind),
        deadLetters: keys.deadLetters(partition, kind),
        deadLettersByGroup: keys.deadLettersByGroup(partition, kind),
        queued: keys.queuedIn(partition),
        cursors: keys.cursors(partition),
      },
      args: {
        kind,
        groupId,
        messageId: messageId(epoch, seq),
        afterRetry,
        afterLetter,
        limit: entriesPerCall,
      },
    });
    afterRetry = reply.details.nextRetry || READ;
    afterLetter = reply.details.nextLetter || READ;
    removed += reply.details.removed;
  }
  return removed;
}
