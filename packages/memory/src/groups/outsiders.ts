/** Pages of bans and of open invites. */
import { type BanRow, forgedCursor, type InviteRow, type Page, type PageOf } from '@plenum/core';
import { type UserId, userIdSchema } from '@plenum/protocol';
import { byEnd } from '../state/bans.ts';
import type { GroupState } from '../state/group-state.ts';
import { byText } from '../state/sorted-list.ts';

export function bansPage(group: GroupState, { cursor, limit }: PageOf, nowMs: number): Page<BanRow> {
  const after = cursor === null ? null : placeOf(cursor);
  const left = group.bans.inOrder(nowMs).filter((ban) => after === null || byEnd(ban, after) > 0);
  const rows = left.slice(0, limit);
  const last = rows.at(-1);
  const hasMore = left.length > limit && last !== undefined;
  return { rows, nextCursor: hasMore ? `b${last.untilMs ?? 'inf'}/${last.userId}` : null };
}

/** The end and the user in a cursor `b<end>/<user>`. */
function placeOf(cursor: string): Pick<BanRow, 'untilMs' | 'userId'> {
  const [, end, user] = /^b(\d{1,16}|inf)\/(.+)$/.exec(cursor) ?? [];
  return { untilMs: end === 'inf' ? null : Number(end), userId: userIn(end === undefined ? '' : user) };
}

function userIn(cursor: string | undefined): UserId {
  const user = userIdSchema.safeParse(cursor);
  if (!user.success) throw forgedCursor();
  return user.data;
}

export function invitesPage(group: GroupState, { cursor, limit }: PageOf, nowMs: number): Page<InviteRow> {
  const after = cursor === null ? null : userIn(cursor);
  const left = group.invites
    .inOrder(nowMs)
    .filter(({ userId }) => after === null || byText(userId, after) > 0);
  const rows = left.slice(0, limit);
  return { rows, nextCursor: left.length > limit ? (rows.at(-1)?.userId ?? null) : null };
}
