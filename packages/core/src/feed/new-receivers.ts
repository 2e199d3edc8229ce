/** Attaches the devices of a user that becomes a receiver. */
import type { GroupId } from '@plenum/protocol';
import { firstSeqOf, type UserEvent } from '../log/user-events.ts';
import type { Attachments } from './attachments.ts';
import type { FeedSink } from './feed-sink.ts';
import { newReceiverSubscription } from './resume.ts';

interface ReceivingFeed {
  readonly groupId: GroupId;
  readonly attachments: Attachments;
  readonly sink: FeedSink;
  readonly lastSeq: number;
  /** The user may have left again by a change that was missed: its devices wait until that is known. */
  readonly mayHaveLeft: boolean;
}

/** Attaches the user's devices at the event that made it a receiver. */
export function attachReceiver(event: UserEvent, feed: ReceivingFeed): void {
  const { groupId, attachments, sink, lastSeq, mayHaveLeft } = feed;
  for (const device of sink.devicesOf(event.user_id)) {
    const hasPendingJoin = sink.hasPendingJoin(device);
    if (!device.isAuto && !hasPendingJoin) continue;
    const catchingUp = attachments.behind.get(device);
    if (catchingUp === undefined ? attachments.has(device) : catchingUp.endSeq === null) continue;
    const lostFor = attachments.lost.takeUnannounced(device);
    attachments.place(device, lastSeq, lastSeq);
    if (mayHaveLeft) attachments.distrust([device], lastSeq);
    const from = { epoch: event.epoch, seq: firstSeqOf(event) };
    // If the join interrupts a catch-up, the rest of that catch-up is lost. Only a push can report this, or an earlier loss.
    const reason = lostFor ?? (catchingUp === undefined ? null : 'membership');
    if (hasPendingJoin && reason === null && sink.deferPush(device, from)) continue;
    if (hasPendingJoin) sink.markPushed(device);
    sink.push(device, 'subscribed', { groups: [newReceiverSubscription(groupId, event, reason)] });
  }
}
