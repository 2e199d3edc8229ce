/**
 * A nudge as it travels on the channel of a user's devices: a message of the Socket.IO adapter, so that stock servers on
 * the same prefix understand it, with a `uid` by which our nodes know it for a nudge.
 */
import type { Nudge } from '@plenum/core';
import { userRoom } from '@plenum/core';
import { groupIdSchema, membershipPushSchema, seqSchema, type UserId } from '@plenum/protocol';
import { z } from 'zod';

const start = Buffer.from('{"uid":"plenum1 nudge"');

const schema = z.object({
  data: z.object({
    packet: z.object({
      data: z.tuple([
        z.literal('plenum:nudge'),
        z.object({ group_id: groupIdSchema, seq: seqSchema, membership: membershipPushSchema }),
      ]),
    }),
  }),
});

export const encodeNudge = (nudge: Nudge): string =>
  JSON.stringify({
    uid: 'plenum1 nudge',
    nsp: '/',
    type: 3,
    data: {
      packet: {
        type: 2,
        data: ['plenum:nudge', { group_id: nudge.groupId, seq: nudge.seq, membership: nudge.membership }],
        nsp: '/',
      },
      opts: { rooms: [userRoom(nudge.userId)], except: [], flags: {} },
    },
  });

/** Looks at the first bytes only. */
export const isNudge = (payload: Buffer): boolean => payload.subarray(0, start.length).equals(start);

/** @returns null for anything that is no sound nudge. The user is the one whose channel it came on, whatever it says. */
export function decodeNudge(payload: Buffer, userId: UserId): Nudge | null {
  try {
    const parsed = schema.safeParse(JSON.parse(payload.toString('utf8')));
    if (!parsed.success) return null;
    const [, { group_id: groupId, seq, membership }] = parsed.data.data.packet.data;
    return { userId, groupId, seq, membership };
  } catch {
    return null;
  }
}
