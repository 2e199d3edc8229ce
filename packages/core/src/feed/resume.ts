/** Decides where a device starts reading a log, and why its own position cannot be used. Pure. */
import { type GroupId, limits, type ResyncReason, type Subscription } from '@plenum/protocol';
import type { LogHead } from '../groups/records.ts';
import { isGoodPosition } from '../log/epoch-chain.ts';
import { firstSeqOf, type UserEvent } from '../log/user-events.ts';
import type { ClaimedPosition } from '../ports/devices.ts';

/** `now`: only later entries. `since`: everything since the user became a receiver (a late attach). */
export type StartFrom = 'now' | 'since' | ClaimedPosition;

export interface Start {
  /** The device gets the entries with a greater seq. */
  readonly afterSeq: number;
  /** True if the claimed position continues without a loss. */
  readonly recovered: boolean;
  /** Why the claimed position does not continue; the device then starts at the head. */
  readonly reason: ResyncReason | null;
}

interface Known {
  /** The first seq of the user's range; 0 for the service. */
  readonly sinceSeq: number;
  /** The highest head that this node knows, never below `head.seq`. */
  readonly headSeq: number;
  /** Why the last position of the device is lost, which it does not know yet; null: it is not lost. */
  readonly lostFor: ResyncReason | null;
}

export function startOf(from: StartFrom, head: LogHead, { sinceSeq, headSeq, lostFor }: Known): Start {
  const atHead = (reason: ResyncReason | null): Start => ({ afterSeq: headSeq, recovered: false, reason });
  if (from === 'now') return atHead(lostFor);
  if (from === 'since') {
    // It has entries of this range already.
    if (lostFor !== null) return atHead(lostFor);
    const afterSeq = Math.max(0, sinceSeq - 1);
    const tooFar = reasonAgainst(afterSeq, head, headSeq);
    return tooFar === null ? { afterSeq, recovered: false, reason: null } : atHead(tooFar);
  }
  if (from.seq === null) return atHead(null);
  const epoch = from.epoch ?? head.epoch;
  if (!isGoodPosition(epoch, from.seq, { ...head, seq: headSeq })) {
    return atHead(epoch === head.epoch ? 'ahead' : 'epoch_changed');
  }
  if (from.seq < sinceSeq - 1) return atHead('membership');
  const reason = reasonAgainst(from.seq, head, headSeq);
  return reason === null ? { afterSeq: from.seq, recovered: true, reason: null } : atHead(reason);
}

function reasonAgainst(afterSeq: number, head: LogHead, headSeq: number): ResyncReason | null {
  if (afterSeq < head.oldestSeq - 1) return 'too_old';
  if (headSeq - afterSeq > limits.resumeMaxEntries) return 'too_far';
  return null;
}

export const subscriptionAt = (
  { afterSeq, recovered, reason }: Start,
  {
    groupId,
    epoch,
    headSeq,
  }: { readonly groupId: GroupId; readonly epoch: string; readonly headSeq: number },
): Subscription => ({
  ...{ group_id: groupId, recovered, epoch, head_seq: headSeq, from_seq: afterSeq + 1 },
  ...(reason === null ? {} : { reason }),
});

/**
 * The push to a device whose user becomes a receiver while the device waits for that, or while it catches up.
 * @param reason why something before is lost; null: nothing is
 */
export const newReceiverSubscription = (
  groupId: GroupId,
  event: UserEvent,
  reason: ResyncReason | null,
): Subscription => ({
  group_id: groupId,
  recovered: false,
  epoch: event.epoch,
  head_seq: event.seq,
  from_seq: firstSeqOf(event),
  ...(reason === null ? {} : { reason }),
});
