/** I5: a message that was acknowledged before another one was sent is also before it in the log. */
import { placeOf, type RunHistory, requestOf, type Send, type Violation } from './history.ts';

interface Acked {
  readonly send: Send;
  /** Its place among all entries of its group, past logs first. */
  readonly rank: number;
  /** When its first attempt began, and when the first ack came. */
  readonly sentMs: number;
  readonly answeredMs: number;
}

function ranksOf({ logs }: RunHistory): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const { groupId, entries } of logs)
    for (const entry of entries) ranks.set(placeOf(groupId, entry), ranks.size);
  return ranks;
}

/** Merges attempts with the same request id to one send. Ignores a send that is not in the log, because I1 reports it. */
function ackedOf(history: RunHistory): readonly Acked[] {
  const ranks = ranksOf(history);
  const begun = new Map<string, number>();
  const acked = new Map<string, Acked>();
  for (const send of history.sends) {
    const { groupId, userId, requestId, answer, times } = send;
    if (times === undefined) continue;
    const request = requestOf(groupId, userId, requestId);
    const sentMs = Math.min(begun.get(request) ?? times.sentMs, times.sentMs);
    begun.set(request, sentMs);
    const rank = answer.type === 'ack' ? ranks.get(placeOf(groupId, answer)) : undefined;
    if (rank === undefined) continue;
    const answeredMs = Math.min(acked.get(request)?.answeredMs ?? times.answeredMs, times.answeredMs);
    acked.set(request, { send, rank, sentMs, answeredMs });
  }
  return [...acked.values()];
}

/** I5: a message that was acknowledged before another was sent has a lower place. */
export function ackedIsOrderedBefore(history: RunHistory): Violation[] {
  const acked = ackedOf(history);
  const groupIds = new Set(acked.map(({ send }) => send.groupId));
  return [...groupIds].flatMap((groupId) => judge(acked.filter(({ send }) => send.groupId === groupId)));
}

/** Compares each send of a group, in the order of their starts, with the highest one that was answered before it began. */
function judge(acked: readonly Acked[]): Violation[] {
  const byAnswer = acked.toSorted((a, b) => a.answeredMs - b.answeredMs).values();
  let next = byAnswer.next();
  let highest: Acked | null = null;
  return acked
    .toSorted((a, b) => a.sentMs - b.sentMs)
    .flatMap((later): Violation[] => {
      for (; next.done !== true && next.value.answeredMs < later.sentMs; next = byAnswer.next()) {
        if (highest === null || next.value.rank > highest.rank) highest = next.value;
      }
      if (highest === null || highest.rank < later.rank) return [];
      const { groupId, requestId } = later.send;
      const what = `${requestId} was sent after the ack of ${highest.send.requestId}, and is before it in the log`;
      return [{ invariant: 'I5', harm: 'reordered', groupId, what }];
    });
}
