/** Finds out again what a user may read after changes of members were missed, and resumes its devices. */
import type { UserId } from '@plenum/protocol';
import { PlenumError } from '../outcome/outcome.ts';
import type { Devices } from './devices.ts';
import type { HostedFeed } from './hosted-feed.ts';

/**
 * Each device continues at its position if it is in the present range of its user. Else it gets `resync`, and is attached at the
 * head if its user is a receiver.
 * @throws PlenumError if the state must be read again
 */
export async function verifyMember(
  hosted: HostedFeed,
  userId: UserId,
  devices: Pick<Devices, 'of'>,
): Promise<void> {
  const { feed, groupId } = hosted;
  const reading = await hosted.read(userId);
  const noted = hosted.note(userId, reading);
  if (!noted.ok && noted.failure.code === 'unavailable') throw new PlenumError(noted.failure);
  for (const device of devices.of(userId)) {
    const seq = feed.unverifiedAfter(device);
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
