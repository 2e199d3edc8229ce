/** Turns the record of a verification into a run that the history checker of the test kit can check. */
import type { HistoryEntry } from '@plenum/protocol';
import type { ChangeAttempt, Delivery, EpochLog, Reading, RunHistory, Send } from '@plenum/testkit';
import type { GroupView } from './group-view.ts';

export type SendOutcome =
  | { readonly type: 'acked'; readonly epoch: string; readonly seq: number; readonly messageId: string }
  | { readonly type: 'refused'; readonly code: string }
  /** No answer until the end. */
  | { readonly type: 'unanswered' };

/** One message, which its sender has sent with one request id until it was answered. */
export interface SentMessage {
  readonly groupId: string;
  readonly userId: string;
  readonly requestId: string;
  readonly text: string;
  readonly outcome: SendOutcome;
  /** An attempt before the last one had no answer: the message may be stored although the last one was refused. */
  readonly wasUnknown: boolean;
  /** Of the first attempt and of the answer, on the clock of this process, ms. */
  readonly times: { readonly sentMs: number; readonly answeredMs: number };
}

/** One change of a message, which its actor has asked for with one request id until it was answered. */
export interface MadeChange
  extends Pick<SentMessage, 'groupId' | 'userId' | 'requestId' | 'outcome' | 'wasUnknown'> {
  readonly operation: ChangeAttempt['operation'];
  readonly targetSeq: number;
}

export interface Recorded {
  readonly sends: readonly SentMessage[];
  readonly changes: readonly MadeChange[];
  /** Of all members, of all groups. */
  readonly views: readonly GroupView[];
  /** Of each group, at the end. */
  readonly readings: readonly Reading[];
}

export function recordedRun({ sends, changes, views, readings }: Recorded): RunHistory {
  const groupIds = [...new Set(views.map(({ groupId }) => groupId))];
  return {
    logs: groupIds.map((groupId) =>
      logSeenBy(
        views.filter((view) => view.groupId === groupId),
        groupId,
      ),
    ),
    sends: sends.flatMap(attemptsOf),
    changes: changes.flatMap(changeAttemptsOf),
    readings,
    deliveries: views.map(deliveryOf),
    resumptions: views.flatMap(({ resumptions }) => resumptions),
  };
}

/** Of each attempt; the earlier ones are one without an answer. */
function answersTo({
  outcome,
  wasUnknown,
}: Pick<SentMessage, 'outcome' | 'wasUnknown'>): readonly Send['answer'][] {
  const unknown = { type: 'unknown' } as const;
  const last =
    outcome.type === 'acked'
      ? ({ ...outcome, type: 'ack' } as const)
      : outcome.type === 'refused'
        ? outcome
        : unknown;
  return wasUnknown ? [unknown, last] : [last];
}

const attemptsOf = ({ wasUnknown, outcome, text, ...sent }: SentMessage): Send[] =>
  answersTo({ outcome, wasUnknown }).map((answer) => ({ ...sent, message: text, answer }));

const changeAttemptsOf = ({ wasUnknown, outcome, ...made }: MadeChange): ChangeAttempt[] =>
  answersTo({ outcome, wasUnknown }).map((answer) => ({ ...made, answer }));

const deliveryOf = ({ userId, groupId, entries, resyncs }: GroupView): Delivery => ({
  device: userId,
  userId,
  groupId,
  presence: 'throughout',
  entries,
  resyncs,
  isRefilled: true,
});

/**
 * The log, put together from what its members got: the server may have trimmed its own. An epoch is cut where a later one
 * begins. Example: of epoch A, members got seq 1 to 9, and of epoch B, which followed after a failover, seq 8 to 12. The
 * log has 1 to 7 of A and 8 to 12 of B, and whatever was acknowledged at (A, 8) and (A, 9) is lost.
 */
function logSeenBy(views: readonly GroupView[], groupId: string): EpochLog {
  const entriesOf = new Map<string, Map<number, HistoryEntry>>();
  for (const entry of views.flatMap(({ entries }) => entries)) {
    const known = entriesOf.get(entry.epoch) ?? new Map<number, HistoryEntry>();
    entriesOf.set(entry.epoch, known);
    if (!known.has(entry.seq)) known.set(entry.seq, entry);
  }
  let nextSeq = Number.POSITIVE_INFINITY;
  const entries: HistoryEntry[] = [];
  for (const epoch of epochsIn(views).toReversed()) {
    const own = [...(entriesOf.get(epoch)?.values() ?? [])].filter(({ seq }) => seq < nextSeq);
    nextSeq = own.reduce((least, { seq }) => Math.min(least, seq), nextSeq);
    entries.push(...own);
  }
  return { groupId, groupType: 'public', entries: entries.toSorted((a, b) => a.seq - b.seq) };
}

/** Oldest first. A member sees the epochs in their order, and may miss one that had no entry for it. */
function epochsIn(views: readonly GroupView[]): string[] {
  const epochs: string[] = [];
  for (const { entries } of views) {
    let at = 0;
    for (const epoch of new Set(entries.map((entry) => entry.epoch))) {
      const known = epochs.indexOf(epoch);
      if (known === -1) epochs.splice(at, 0, epoch);
      at = (known === -1 ? at : known) + 1;
    }
  }
  return epochs;
}
