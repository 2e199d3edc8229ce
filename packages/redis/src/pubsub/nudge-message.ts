/**
 * Encodes and decodes a nudge, a cut or an own note on the channel of a user's devices. It has the form of a message of
 * the Socket.IO adapter, so that plain Socket.IO servers on the same prefix accept it. Our nodes recognize it by its
 * `uid`.
 */
import type { Cut, Nudge, OwnNote } from '@plenum/core';
import {
  groupIdSchema,
  membershipPushSchema,
  notificationsPushSchema,
  readPushSchema,
  seqSchema,
  type UserId,
} from '@plenum/protocol';
import { z } from 'zod';

const start = Buffer.from('{"uid":"plenum1 nudge"');

const nudgeData = z.tuple([
  z.literal('plenum:nudge'),
  z.object({
    group_id: groupIdSchema,
    seq: seqSchema,
    made: z.object({ epoch: z.string(), atMs: z.int().nonnegative() }).exactOptional(),
    membership: membershipPushSchema,
  }),
]);
const cutData = z.tuple([z.literal('plenum:cut'), z.object({ code: z.enum(['revoked', 'disconnected']) })]);
const readData = z.tuple([
  z.literal('plenum:read'),
  z.object({ except: z.string().nullable(), push: readPushSchema }),
]);
const notificationsData = z.tuple([
  z.literal('plenum:notifications'),
  z.object({ except: z.string().nullable(), push: notificationsPushSchema }),
]);
const schema = z.object({
  data: z.object({ packet: z.object({ data: z.union([nudgeData, cutData, readData, notificationsData]) }) }),
});

/** @param room the Socket.IO room of the user's devices */
export const encodeNudge = ({ groupId, ...rest }: Omit<Nudge, 'userId'>, room: string): string => {
  const { seq, made, membership } = rest;
  const place = made === undefined ? { seq } : { seq, made };
  return encode(room, ['plenum:nudge', { group_id: groupId, ...place, membership }]);
};
export const encodeCut = ({ code }: Pick<Cut, 'code'>, room: string): string =>
  encode(room, ['plenum:cut', { code }]);
export function encodeNote(note: OwnNote, room: string): string {
  const { exceptDeviceId: except, event } = note;
  return event === 'read'
    ? encode(room, ['plenum:read', { except, push: note.push }])
    : encode(room, ['plenum:notifications', { except, push: note.push }]);
}

type MessageData =
  | z.input<typeof nudgeData>
  | z.input<typeof cutData>
  | z.input<typeof readData>
  | z.input<typeof notificationsData>;
const encode = (room: string, data: MessageData): string =>
  JSON.stringify({
    uid: 'plenum1 nudge',
    nsp: '/',
    type: 3,
    data: {
      packet: {
        type: 2,
        data,
        nsp: '/',
      },
      opts: { rooms: [room], except: [], flags: {} },
    },
  });

/** True if the payload begins like a nudge. Checks only the first bytes. */
export const isNudge = (payload: Buffer): boolean => payload.subarray(0, start.length).equals(start);

/** @param userId the user of the channel; a user in the payload is ignored. @returns null for a malformed nudge */
export function decodeNudge(payload: Buffer, userId: UserId): Nudge | Cut | OwnNote | null {
  try {
    const parsed = schema.safeParse(JSON.parse(payload.toString('utf8')));
    if (!parsed.success) return null;
    const { data } = parsed.data.data.packet;
    if (data[0] === 'plenum:cut') return { userId, code: data[1].code };
    if (data[0] === 'plenum:read')
      return { userId, exceptDeviceId: data[1].except, event: 'read', push: data[1].push };
    if (data[0] === 'plenum:notifications')
      return { userId, exceptDeviceId: data[1].except, event: 'notifications', push: data[1].push };
    const { group_id: groupId, ...place } = data[1];
    return { userId, groupId, ...place };
  } catch {
    return null;
  }
}
