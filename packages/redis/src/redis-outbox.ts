/** The port `Outbox` on Redis: one script reads, one commits, each within the slot of a partition. */
import type {
  CommitOutcome,
  DeliveryCommit,
  DeliveryKind,
  DueRetry,
  Lease,
  Outbox,
  OutboxBatch,
  OutboxEntry,
  PageMark,
} from '@plenum/core';
import type { Anomalies } from './anomalies.ts';
import type { DeliveryKinds } from './delivery-kinds.ts';
import type { Keys } from './keys.ts';
import { archiveEntryOf } from './outbox-entry.ts';
import type { ScriptCalls } from './script-calls.ts';
import { commitDelivery, openOutbox, readOutbox } from './scripts/index.ts';

export interface RedisOutboxOptions {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly kinds: Pick<DeliveryKinds, 'current' | 'fresh'>;
  readonly anomalies: Pick<Anomalies, 'note'>;
}

const NOTHING = '-';

export class RedisOutbox implements Outbox {
  readonly #options: RedisOutboxOptions;

  constructor(options: RedisOutboxOptions) {
    this.#options = options;
  }

  kinds(): ReadonlySet<DeliveryKind> {
    return this.#options.kinds.current;
  }

  async open({ partition, nodeId, token }: Lease): Promise<Exclude<CommitOutcome, 'moved'>> {
    const { calls, keys, kinds } = this.#options;
    // An owner that has not heard of a new kind yet would take its cursor away, and with it what waits for it.
    const wanted = await kinds.fresh();
    const reply = await calls.read(openOutbox, {
      keys: {
        lease: keys.lease(partition),
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        queued: keys.queuedIn(partition),
      },
      args: { nodeId, token, kinds: [...wanted].join(' ') },
    });
    return reply.word === 'opened' ? 'committed' : 'not_owner';
  }

  async read(partition: number, kind: DeliveryKind, limit: number): Promise<OutboxBatch | null> {
    const { calls, keys } = this.#options;
    const reply = await calls.read(readOutbox, {
      keys: {
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        retries: keys.retries(partition, kind),
        retrying: keys.retrying(partition, kind),
      },
      args: { kind, limit },
    });
    if (reply.word === 'unopened') return null;
    const { cursor, page, waiting, nextRetryMs, entries, retries } = reply.details;
    return {
      cursor,
      entries: entries.flatMap((stored) => this.#entry(stored)),
      endPlace: entries.at(-1)?.place ?? cursor,
      waiting,
      pageMark: pageMarkOf(page),
      retries: retries.flatMap(({ record }) => this.#retry(record)),
      nextRetryMs,
    };
  }

  async commit({ partition, nodeId, token }: Lease, commit: DeliveryCommit): Promise<CommitOutcome> {
    const { calls, keys } = this.#options;
    const { kind, expectedCursor, cursor, pageMark } = commit;
    const reply = await calls.read(commitDelivery, {
      keys: {
        lease: keys.lease(partition),
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        queued: keys.queuedIn(partition),
        retries: keys.retries(partition, kind),
        retrying: keys.retrying(partition, kind),
        deadLetters: keys.deadLetters(partition),
      },
      args: {
        nodeId,
        token,
        kind,
        expectedCursor,
        cursor,
        page: pageMark === null ? '' : `${pageMark.messageId} ${pageMark.membersCursor}`,
        passed: kind === 'archive' ? passedWords(commit.passed) : '',
        refused: refusedLines(commit),
        taken: commit.taken.join(' '),
      },
    });
    return reply.word;
  }

  async waiting(partitions: readonly number[]): Promise<ReadonlySet<number>> {
    const { calls, keys } = this.#options;
    const lengths = await Promise.all(
      partitions.map((partition) => calls.command((redis) => redis.xlen(keys.outboxIn(partition)))),
    );
    return new Set(partitions.filter((_, at) => (lengths[at] ?? 0) > 0));
  }

  #entry({ place, kind, wire }: { place: string; kind: string; wire: string }): OutboxEntry[] {
    const entry = archiveEntryOf(kind, wire);
    if (entry !== null) return [{ place, entry }];
    this.#options.anomalies.note('malformed_outbox_entry', { place });
    return [];
  }

  /** `<attempts> <members cursor or -> <group id> <k> <w>` */
  #retry(record: string): DueRetry[] {
    const [, attempts = '', membersCursor = '', kind = '', wire = ''] =
      /^(\d+) (\S+) \S+ (\S+) (.*)$/s.exec(record) ?? [];
    const entry = archiveEntryOf(kind, wire);
    if (entry === null) {
      this.#options.anomalies.note('malformed_outbox_entry');
      return [];
    }
    const pages = membersCursor === NOTHING ? null : membersCursor;
    return [{ entry, attempts: Number(attempts), membersCursor: pages }];
  }
}

function pageMarkOf(text: string): PageMark | null {
  const [messageId, membersCursor] = text.split(' ');
  return messageId === undefined || membersCursor === undefined ? null : { messageId, membersCursor };
}

/** `<group id> <messages>` for every group; events are not counted. */
function passedWords(passed: readonly OutboxEntry[]): string {
  const counts = new Map<string, number>();
  for (const { entry } of passed) {
    if (entry.type === 'message') counts.set(entry.group_id, (counts.get(entry.group_id) ?? 0) + 1);
  }
  return [...counts].map(([groupId, messages]) => `${groupId} ${messages}`).join(' ');
}

const refusedLines = ({ retries, deadLetters }: DeliveryCommit): string =>
  [
    ...retries.map(
      ({ messageId, attempts, place, delayMs, membersCursor }) =>
        `retry ${messageId} ${attempts} ${place ?? NOTHING} ${delayMs} ${membersCursor ?? NOTHING}`,
    ),
    ...deadLetters.map(
      ({ messageId, attempts, place, reason }) =>
        `dead ${messageId} ${attempts} ${place ?? NOTHING} ${reason}`,
    ),
  ].join('\n');
