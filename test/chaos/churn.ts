/** Users who join a group, speak a little, and leave it again, whatever happens meanwhile. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import type { AnyAnswer } from '../support/devices/device.ts';
import type { Follower } from '../support/devices/follower.ts';

const retryMs = 100;

export interface ChurnOptions {
  readonly traffic: CheckedTraffic;
  readonly groupId: string;
  readonly draw: () => number;
  readonly isOver: () => boolean;
}

/** Resolves when it is over and the user has left. */
export async function comeAndGo(
  guest: Follower,
  { traffic, groupId, draw, isOver }: ChurnOptions,
): Promise<void> {
  for (let visit = 0; !isOver(); visit += 1) {
    const joined = await answered(guest, 'join_group', groupId, `join ${visit}`);
    if (joined.success && 'seq' in joined.result) {
      guest.entered(groupId, { epoch: String(joined.result['epoch']), seq: Number(joined.result['seq']) });
    }
    for (let i = 0; i < 4 && !isOver(); i += 1) {
      await traffic.sendUntilAcked(guest, groupId, `${guest.userId} ${visit}.${i}`);
      await pause(Math.round(100 + draw() * 600));
    }
    await answered(guest, 'leave_group', groupId, `leave ${visit}`);
    guest.left(groupId);
    await pause(Math.round(draw() * 500));
  }
}

/** Repeats the request with its id until the answer is one that stays. */
async function answered(
  { device }: Follower,
  request: string,
  groupId: string,
  requestId: string,
): Promise<AnyAnswer> {
  for (;;) {
    const answer = await device.request(request, { group_id: groupId }, requestId).catch(() => null);
    if (answer !== null && (answer.success || !answer.can_retry)) return answer;
    await pause(retryMs);
  }
}
