/** Decodes joins and leaves that are no entries, as lua/lib/unlisted.lua publishes them on the channel of their group. */
import type { UnlistedChange } from '@plenum/core';
import { type GroupId, groupEventSchema } from '@plenum/protocol';
import { z } from 'zod';

const start = Buffer.from('{"uid":"plenum1 s ');

const recipientsWord = z
  .string()
  .regex(/^plenum1 s [0-9a-f]{16} \d{16} \d{10} \d{13} /)
  .transform((uid) => Number(uid.split(' ')[4]));

const payloadSchema = z.object({
  uid: recipientsWord,
  data: z.object({
    packet: z.object({ data: z.tuple([z.literal('group_event'), groupEventSchema]) }),
    opts: z.object({ rooms: z.tuple([z.string()]), flags: z.object({ v: z.int().min(1) }) }),
  }),
});

/** @returns null for a payload that no script of this service has published for this group as such a change; never throws */
export function decodeUnlisted(
  payload: Buffer,
  { groupId, room }: { readonly groupId: GroupId; readonly room: string },
): UnlistedChange | null {
  if (!payload.subarray(0, start.length).equals(start)) return null;
  try {
    const parsed = payloadSchema.safeParse(JSON.parse(payload.toString('utf8')));
    if (!parsed.success) return null;
    const { uid: membersCount, data } = parsed.data;
    const [, event] = data.packet.data;
    const isMeant = event.group_id === groupId && data.opts.rooms[0] === `${room}$nodes`;
    const isMove = event.type === 'joined' || event.type === 'left';
    return isMeant && isMove ? { event, version: data.opts.flags.v, membersCount } : null;
  } catch {
    return null;
  }
}
