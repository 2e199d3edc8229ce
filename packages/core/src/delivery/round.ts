/** Collects the effects of one round of deliveries, which are committed in one step. */
import type { GroupId } from '@plenum/protocol';
import { backoff } from '../concurrency/retry.ts';
import type { ArchiveEntry } from '../log/entry.ts';
import type { DeliveryKind } from '../ports/adapters.ts';
import { backlogReason, unreadableReason } from '../ports/dead-letters.ts';
import type {
  DeliveryCommit,
  DueRetry,
  NewDeadLetter,
  OutboxBatch,
  OutboxEntry,
  PageMark,
  ScheduledRetry,
  UnreadableEntry,
} from '../ports/outbox.ts';
import type { Random } from '../ports/runtime.ts';
import type { DeliverySettings } from './delivery-settings.ts';

/** The longest pause between two attempts at a refused entry, ms. */
const longestDelayMs = 60_000;

/** A refusal of an entry: its first, from the outbox, or another one, of a retry. */
interface Refusal {
  /** The id of the retry; absent: the id of the entry. */
  readonly messageId?: string;
  readonly entry: ArchiveEntry;
  readonly offset: string | null;
  /** The number of refusals, this one included. */
  readonly attempts: number;
  readonly reason: string;
  readonly membersCursor: string | null;
}

interface DeadLetterOfGroup extends NewDeadLetter {
  readonly groupId: GroupId | null;
}

interface RoundDeps {
  readonly kind: DeliveryKind;
  readonly batch: OutboxBatch;
  readonly settings: Pick<DeliverySettings, 'maxRetries' | 'retryBaseMs' | 'deadLettersMax'>;
  readonly random: Random;
}

export class Round {
  readonly #deps: RoundDeps;
  readonly #passed: OutboxEntry[] = [];
  readonly #retries: ScheduledRetry[] = [];
  readonly #deadLetters: DeadLetterOfGroup[] = [];
  readonly #deliveredRetries: string[] = [];
  readonly #quota: RetryQuota;
  #pageMark: PageMark | null;

  constructor(deps: RoundDeps) {
    this.#deps = deps;
    this.#quota = RetryQuota.of(deps.kind, deps.batch, deps.settings.deadLettersMax);
    this.#pageMark = deps.batch.pageMark;
    for (const { messageId, attempts } of deps.batch.unreadableRetries) {
      this.#deadLetters.push({ messageId, attempts, offset: null, reason: unreadableReason, groupId: null });
    }
  }

  /** Moves the cursor past the next entry of the batch. */
  pass(entry: OutboxEntry): void {
    this.#passed.push(entry);
    this.#pageMark = null;
  }

  /** Notes how far the next entry of the batch was delivered through its pages. */
  mark(entry: ArchiveEntry, membersCursor: string | null): void {
    if (membersCursor !== null) this.#pageMark = { messageId: entry.message_id, membersCursor };
  }

  refuse({ entry, offset, attempts, reason, membersCursor, ...known }: Refusal): void {
    const { settings, random } = this.#deps;
    const { messageId = entry.message_id } = known;
    // A retry has its place already.
    const isWithinQuota = offset === null || this.#quota.take(entry.group_id);
    if (attempts > settings.maxRetries || !isWithinQuota) {
      this.#deadLetters.push({ messageId, attempts, offset, reason, groupId: entry.group_id });
    } else {
      const jitter = Number.parseInt(random.token().slice(0, 8), 16) / 2 ** 32;
      const delayMs = backoff(attempts, { baseMs: settings.retryBaseMs, maxMs: longestDelayMs, jitter });
      this.#retries.push({ messageId, attempts, offset, delayMs, membersCursor });
    }
  }

  /** Postpones the entry to the retries of its group; if the group has no room there, it becomes a dead letter. */
  stepAside({ offset, entry }: OutboxEntry, membersCursor: string | null): void {
    const { message_id: messageId, group_id: groupId } = entry;
    if (this.#quota.take(groupId)) {
      this.#retries.push({ messageId, attempts: 0, offset, delayMs: null, membersCursor });
    } else this.#deadLetters.push({ messageId, attempts: 0, offset, reason: backlogReason, groupId });
  }

  finishRetry({ messageId }: DueRetry): void {
    this.#deliveredRetries.push(messageId);
  }

  /** Continues the retry with a later page at once; this does not count as an attempt. */
  continueRetry({ messageId, attempts }: DueRetry, membersCursor: string): void {
    this.#retries.push({ messageId, attempts, offset: null, delayMs: 0, membersCursor });
  }

  /** Ms until the next retry is due, of earlier rounds or of this one; null: none. */
  get nextRetryMs(): number | null {
    const delays = this.#retries.map(({ delayMs }) => delayMs ?? 0);
    const { nextRetryMs } = this.#deps.batch;
    const all = nextRetryMs === null ? delays : [nextRetryMs, ...delays];
    return all.length === 0 ? null : Math.min(...all);
  }
  get passedCount(): number {
    return this.#passed.length;
  }
  /** Dead letters of refused and of unreadable entries. */
  get deadLetters(): readonly DeadLetterOfGroup[] {
    return [...this.#deadLetters, ...this.#passedUnreadable.map(unreadableLetter)];
  }
  get refusals(): readonly ScheduledRetry[] {
    return this.#retries.filter(({ attempts, delayMs }) => attempts > 0 && delayMs !== 0);
  }

  /** @returns the commit; null: the round changes nothing */
  commit(): DeliveryCommit | null {
    const { kind, batch, settings } = this.#deps;
    const { deadLetters } = this;
    const changes = [this.#retries, deadLetters, this.#deliveredRetries];
    const cursor = this.#cursor;
    const isMarked = this.#pageMark?.membersCursor !== batch.pageMark?.membersCursor;
    if (cursor === batch.cursor && !isMarked && changes.every((list) => list.length === 0)) return null;
    return {
      kind,
      expectedCursor: batch.cursor,
      cursor,
      passed: this.#passed,
      passedUnreadable: this.#passedUnreadable,
      retries: this.#retries,
      deadLetters,
      deadLettersKept: kind === 'notifier' ? settings.deadLettersMax : null,
      deliveredRetries: this.#deliveredRetries,
      pageMark: this.#pageMark,
    };
  }

  /** Unreadable entries that come before the next entry to deliver. */
  get #passedUnreadable(): readonly UnreadableEntry[] {
    return this.#deps.batch.unreadable.filter(({ behind }) => behind <= this.#passed.length);
  }

  get #cursor(): string {
    const { batch } = this.#deps;
    if (this.#passed.length === batch.entries.length) return batch.endOffset;
    const unreadable = this.#passedUnreadable.findLast(({ behind }) => behind === this.#passed.length);
    return unreadable?.offset ?? this.#passed.at(-1)?.offset ?? batch.cursor;
  }
}

/** An unreadable entry has no message id, so its place names it. */
const unreadableLetter = ({ offset, groupId }: UnreadableEntry): DeadLetterOfGroup => ({
  messageId: `unreadable-${offset}`,
  attempts: 0,
  offset,
  reason: unreadableReason,
  groupId,
});

/** Limits how many entries of each group are kept for retries. Each group has its own limit. Pure. */
export class RetryQuota {
  readonly #kept: Map<GroupId, number>;
  readonly #max: number;

  private constructor(kept: ReadonlyMap<GroupId, number>, max: number) {
    this.#kept = new Map(kept);
    this.#max = max;
  }

  /**
   * No limit for the archive: its refused entries count for the room queue of their group, which is limited already.
   */
  static of(kind: DeliveryKind, { retryingOf }: Pick<OutboxBatch, 'retryingOf'>, max: number): RetryQuota {
    return new RetryQuota(retryingOf, kind === 'archive' ? Number.POSITIVE_INFINITY : max);
  }

  /** Takes one place of the group. @returns false if it has none left */
  take(groupId: GroupId): boolean {
    const kept = this.#kept.get(groupId) ?? 0;
    if (kept >= this.#max) return false;
    this.#kept.set(groupId, kept + 1);
    return true;
  }
}
