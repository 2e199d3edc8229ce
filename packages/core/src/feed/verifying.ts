/** Finds out again what a user may read after changes of members were missed, and resumes its devices. */
import type { PushPayload, Subscription, UserId } from '@plenum/protocol';
import type { LogHead } from '../groups/records.ts';
import { type Outcome, PlenumError } from '../outcome/outcome.ts';
import type { Device } from '../ports/devices.ts';
import type { Devices } from './devices.ts';
import type { Feed } from './feed.ts';
import type { StartFrom } from './resume.ts';

/** What is needed of a hosted feed. */
interface VerifyingFeed<R> {
  readonly groupId: Feed['groupId'];
  readonly feed: Feed;
  read(userId: UserId): Promise<R>;
  note(userId: UserId, reading: R): Outcome<unknown>;
  attach(device: Device, reading: R, choose: () => StartFrom): Outcome<Subscription>;
  push(to: Device, event: 'resync', payload: PushPayload<'resync'>): void;
}

/**
 * Each device continues at its position if it is in the present range of its user. Else it gets `resync`, and is attached at the
 * head if its user is a receiver.
 * @throws PlenumError if the state must be read again
 */
export async function verifyMember<R extends { readonly position: { readonly head: LogHead } | null }>(
  hosted: VerifyingFeed<R>,
  userId: UserId,
  devices: Pick<Devices, 'of'>,
): Promise<void> {
  const { feed, groupId } = hosted;
  const reading = await hosted.read(userId);
  const noted = hosted.note(userId, reading);
  if (!noted.ok && noted.failure.code === 'unavailable') throw new PlenumError(noted.failure);
  for (const device of devices.of(userId)) {
    const seq = feed.attachments.unverifiedAfter(device);
    if (seq === null) continue;
    const outcome = hosted.attach(device, reading, () => ({ groupId, epoch: feed.epoch, seq }));
    if (!outcome.ok && outcome.failure.code === 'unavailable') throw new PlenumError(outcome.failure);
    if (!outcome.ok) feed.detach(device);
    if (outcome.ok && outcome.result.reason === undefined) continue;
    hosted.push(device, 'resync', {
      group_id: groupId,
      reason: outcome.ok ? (outcome.result.reason ?? 'membership') : 'not_a_member',
      epoch: outcome.ok ? outcome.result.epoch : null,
      head_seq: outcome.ok ? outcome.result.head_seq : 0,
      oldest_seq: outcome.ok ? (reading.position?.head.oldestSeq ?? 0) : 0,
    });
  }
}
