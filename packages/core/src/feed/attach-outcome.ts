import type { GroupId } from '@plenum/protocol';
import { PlenumError } from '../outcome/errors.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Device } from '../ports/fan-out.ts';

/** What was read is of a log that has changed under it: whoever retries reads again. */
export function throwIfStale(outcome: Outcome<unknown>): void {
  if (!outcome.ok && outcome.failure.code === 'unavailable') throw new PlenumError(outcome.failure);
}

export function pushNotAMember(device: Device, groupId: GroupId): void {
  device.push('resync', {
    group_id: groupId,
    reason: 'not_a_member',
    epoch: null,
    head_seq: 0,
    oldest_seq: 0,
  });
}
