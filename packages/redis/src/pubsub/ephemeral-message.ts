/**
 * Presence and typing on a group's channel: messages of the Socket.IO adapter, so that stock servers on the same
 * prefix deliver them. By its `uid` our nodes separate them from entries. lua/lib/presence.lua writes them.
 */
import type { EphemeralPush } from '@plenum/core';
import { type GroupId, presenceChangedPushSchema, typingPushSchema } from '@plenum/protocol';
import { z } from 'zod';

const start = Buffer.from('{"uid":"plenum1 ephemeral"');

const packetSchema = z.object({
  data: z.object({
    packet: z.object({
      data: z.union([
        z
          .tuple([z.literal('presence_changed'), presenceChangedPushSchema])
          .transform(([event, payload]): EphemeralPush => ({ event, payload })),
        z
          .tuple([z.literal('typing'), typingPushSchema])
          .transform(([event, payload]): EphemeralPush => ({ event, payload })),
      ]),
    }),
  }),
});

/** @returns null for a payload that no script of ours has published for this group; never throws */
export function decodeEphemeral(payload: Buffer, groupId: GroupId): EphemeralPush | null {
  if (!payload.subarray(0, start.length).equals(start)) return null;
  try {
    const parsed = packetSchema.safeParse(JSON.parse(payload.toString('utf8')));
    const push = parsed.success ? parsed.data.data.packet.data : null;
    return push?.payload.group_id === groupId ? push : null;
  } catch {
    return null;
  }
}
