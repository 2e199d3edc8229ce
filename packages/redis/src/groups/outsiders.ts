/** Pages of what a group keeps of users that are no members: bans and open invites. */
import { type BanRow, forgedCursor, type InviteRow, type Page, type PageOf } from '@plenum/core';
import { type Actor, type GroupId, SERVICE, userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import type { Keys } from '../keys.ts';
import { readBans, readInvites } from '../script-calls/index.ts';
import { banOf, inviteOf } from '../script-calls/member-record.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

interface Asked {
  readonly groupId: GroupId;
  readonly page: PageOf;
}

export async function bansPage(
  calls: ScriptCalls,
  keys: Keys,
  { groupId, page: { cursor, limit } }: Asked,
): Promise<Page<BanRow> | null> {
  const [afterEnd, afterUser] = cursor === null ? ['', ''] : placeOf(cursor);
  const reply = await calls.read(readBans, {
    keys: {
      group: keys.group(groupId),
      members: keys.members(groupId),
      bans: keys.bans(groupId),
      applications: keys.applications(groupId),
    },
    args: { afterEnd, afterUser, limit: limit + 1 },
  });
  if (reply.type === 'none') return null;
  const rows = reply.details.slice(0, limit).flatMap(([user = '', record = '', details = '']): BanRow[] => {
    const ban = banOf(record);
    return ban === null ? [] : [{ userId: userIdSchema.parse(user), ...ban, ...authorOf(details) }];
  });
  const last = rows.at(-1);
  const hasMore = reply.details.length > limit && last !== undefined;
  return { rows, nextCursor: hasMore ? `b${last.untilMs ?? 'inf'}/${last.userId}` : null };
}

/** @param text `<actor> <JSON text of the reason>`; '' for a ban of an earlier version */
function authorOf(text: string): Pick<BanRow, 'bannedBy' | 'reason'> {
  const [, actor, reason = ''] = /^(\S+) (.*)$/s.exec(text) ?? [];
  return {
    bannedBy: actor === undefined ? null : actorOf(actor),
    reason: reason === '' ? null : z.string().parse(JSON.parse(reason)),
  };
}

const actorOf = (text: string): Actor => (text === SERVICE ? SERVICE : userIdSchema.parse(text));

/** @returns the end and the user in a cursor `b<end>/<user>` */
function placeOf(cursor: string): readonly [string, string] {
  const [, end, user] = /^b(\d{1,16}|inf)\/(.+)$/.exec(cursor) ?? [];
  if (end === undefined || !userIdSchema.safeParse(user).success) throw forgedCursor();
  return [end, user ?? ''];
}

/** In the order of the bytes of the users. */
export async function invitesPage(
  calls: ScriptCalls,
  keys: Keys,
  { groupId, page: { cursor, limit } }: Asked,
): Promise<Page<InviteRow> | null> {
  if (cursor !== null && !userIdSchema.safeParse(cursor).success) throw forgedCursor();
  const reply = await calls.read(readInvites, {
    keys: { group: keys.group(groupId), invites: keys.invites(groupId) },
    args: {},
  });
  if (reply.type === 'none') return null;
  const open = reply.details
    .flatMap(([user = '', text = '']): InviteRow[] => {
      const invite = user > (cursor ?? '') ? inviteOf(text, reply.nowMs) : null;
      return invite === null ? [] : [{ userId: userIdSchema.parse(user), ...invite }];
    })
    .sort((a, b) => (a.userId < b.userId ? -1 : 1));
  const rows = open.slice(0, limit);
  return { rows, nextCursor: open.length > limit ? (rows.at(-1)?.userId ?? null) : null };
}
