/** The port `Outbox` on Redis: one script reads and one commits. All keys of a call are in the slot of its partition. */
import {
  type CommitOutcome,
  type DeliveryCommit,
  type DeliveryKind,
  type DueMessage,
  type Lease,
  type Outbox,
  type OutboxBatch,
  type PageMark,
  refusedOffsets,
  takenDownNamedMs,
} from '@plenum/core';
import type { Anomalies } from '../anomalies.ts';
import type { Keys } from '../keys.ts';
import { countIn } from '../script-calls/count-in.ts';
import { commitDelivery, openOutbox, readOutbox } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import type { DeliveryKinds } from './delivery-kinds.ts';
import { NOTHING, readEntries, readRetries } from './outbox-entry.ts';

export interface RedisOutboxDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly kinds: Pick<DeliveryKinds, 'current' | 'fresh'>;
  readonly anomalies: Pick<Anomalies, 'note'>;
}

export class RedisOutbox implements Outbox {
  readonly #deps: RedisOutboxDeps;

  constructor(deps: RedisOutboxDeps) {
    this.#deps = deps;
  }

  kinds(): ReadonlySet<DeliveryKind> {
    return this.#deps.kinds.current;
  }

  async open({ partition, nodeId, token }: Lease): Promise<'opened' | 'not_owner'> {
    const { calls, keys, kinds } = this.#deps;
    // The kinds are read again: with an old list the script would remove the cursor of a new kind and lose its entries.
    const wanted = await kinds.fresh();
    const reply = await calls.read(openOutbox, {
      keys: {
        lease: keys.lease(partition),
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        queued: keys.queuedIn(partition),
        archiveRetries: keys.retries(partition, 'archive'),
        archiveRetrying: keys.retrying(partition, 'archive'),
        notifierRetries: keys.retries(partition, 'notifier'),
        notifierRetrying: keys.retrying(partition, 'notifier'),
        archiveRetriesByGroup: keys.retriesByGroup(partition, 'archive'),
        notifierRetriesByGroup: keys.retriesByGroup(partition, 'notifier'),
        archiveDeadLetters: keys.deadLetters(partition, 'archive'),
      },
      args: { nodeId, token, kinds: [...wanted].join(' ') },
    });
    return reply.type;
  }

  async read(partition: number, kind: DeliveryKind, limit: number): Promise<OutboxBatch | null> {
    const { calls, keys } = this.#deps;
    const reply = await calls.read(readOutbox, {
      keys: {
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        retries: keys.retries(partition, kind),
        retrying: keys.retrying(partition, kind),
        retriesByGroup: keys.retriesByGroup(partition, kind),
      },
      args: { kind, limit },
    });
    if (reply.type === 'unopened') return null;
    const { page, entries, retries, ...counts } = reply.details;
    const read = readEntries(entries);
    const due = readRetries(retries);
    for (const { offset } of read.unreadable)
      this.#deps.anomalies.note('malformed_outbox_entry', { place: offset });
    for (const _ of due.unreadableRetries) this.#deps.anomalies.note('malformed_outbox_entry');
    const endOffset = entries.at(-1)?.offset ?? counts.cursor;
    return { ...counts, ...read, ...due, endOffset, pageMark: pageMarkOf(page) };
  }

  async commit({ partition, nodeId, token }: Lease, commit: DeliveryCommit): Promise<CommitOutcome> {
    const { calls, keys } = this.#deps;
    const { kind, expectedCursor, cursor, pageMark } = commit;
    const reply = await calls.read(commitDelivery, {
      keys: {
        lease: keys.lease(partition),
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        queued: keys.queuedIn(partition),
        retries: keys.retries(partition, kind),
        retrying: keys.retrying(partition, kind),
        deadLetters: keys.deadLetters(partition, kind),
        retriesByGroup: keys.retriesByGroup(partition, kind),
        deadLettersByGroup: keys.deadLettersByGroup(partition, kind),
        takenDown: keys.takenDown(partition),
        tombstones: keys.tombstones(partition),
      },
      args: {
        nodeId,
        token,
        kind,
        expectedCursor,
        cursor,
        page: pageMark === null ? '' : `${pageMark.messageId} ${pageMark.membersCursor}`,
        passed: kind === 'archive' ? passedWords(commit) : '',
        refused: refusedLines(commit),
        taken: commit.deliveredRetries.join(' '),
        deadLettersKept: commit.deadLettersKept ?? '',
        namedMs: takenDownNamedMs,
      },
    });
    if (reply.type !== 'committed') return { type: reply.type };
    return { type: reply.type, droppedDeadLetters: reply.details[0] };
  }

  async takenDown(partition: number, messages: readonly DueMessage[]): Promise<ReadonlySet<string>> {
    const { calls, keys } = this.#deps;
    const ids = messages.map(({ messageId }) => messageId);
    if (ids.length === 0) return new Set();
    const scores = await calls.command((redis) => redis.zmscore(keys.takenDown(partition), ...ids));
    return new Set(ids.filter((_, at) => scores[at] !== null));
  }

  async waiting(partitions: readonly number[]): Promise<ReadonlySet<number>> {
    const { calls, keys } = this.#deps;
    const lengths = await countIn(calls, {
      type: 'stream',
      partitions,
      keyOf: (partition) => keys.outboxIn(partition),
    });
    return new Set(partitions.filter((partition) => (lengths.get(partition) ?? 0) > 0));
  }
}

function pageMarkOf(text: string): PageMark | null {
  const [messageId, membersCursor] = text.split(' ');
  return messageId === undefined || membersCursor === undefined ? null : { messageId, membersCursor };
}

/**
 * Formats `<group id> <number of entries>` per group for the entries that the archive has taken. A refused entry still
 * counts for the room queue.
 */
function passedWords(commit: DeliveryCommit): string {
  const { passed, passedUnreadable } = commit;
  const refused = refusedOffsets(commit);
  const counts = new Map<string, number>();
  const count = (groupId: string) => counts.set(groupId, (counts.get(groupId) ?? 0) + 1);
  for (const { entry, offset } of passed) if (!refused.has(offset)) count(entry.group_id);
  for (const { groupId } of passedUnreadable) if (groupId !== null) count(groupId);
  return [...counts].map(([groupId, entries]) => `${groupId} ${entries}`).join(' ');
}

const refusedLines = ({ retries, deadLetters }: DeliveryCommit): string =>
  [
    ...retries.map(
      ({ messageId, attempts, offset, delayMs, membersCursor }) =>
        `retry ${messageId} ${attempts} ${offset ?? NOTHING} ${delayMs ?? NOTHING} ${membersCursor ?? NOTHING}`,
    ),
    ...deadLetters.map(
      ({ messageId, attempts, offset, reason }) =>
        `dead ${messageId} ${attempts} ${offset ?? NOTHING} ${reason}`,
    ),
  ].join('\n');
