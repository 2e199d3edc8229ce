/** Pages of members in the order of their places, which no member changes while it is in the group. */
import { forgedCursor, type MemberRow, type Page } from '@plenum/core';
import type { MemberStatus } from '@plenum/protocol';
import type { GroupState, Place } from '../state/group-state.ts';
import type { SortedList } from '../state/sorted-list.ts';

interface MemberQuery {
  readonly cursor: string | null;
  readonly limit: number;
  readonly status: MemberStatus | null;
}

function placeOf(cursor: string): number {
  const [, place] = /^m(\d{1,15})$/.exec(cursor) ?? [];
  if (place === undefined) throw forgedCursor();
  return Number(place);
}

const listsFor = (group: GroupState, status: MemberStatus | null): readonly SortedList<Place>[] => {
  if (status === null) return [group.receivers, group.applicants];
  return [status === 'pending' ? group.applicants : group.receivers];
};

export function memberPage(group: GroupState, query: MemberQuery, nowMs: number): Page<MemberRow> {
  const { cursor, limit, status } = query;
  const afterSeq = cursor === null ? 0 : placeOf(cursor);
  const found = listsFor(group, status)
    .flatMap((list) =>
      list.slice(
        list.countWhile(({ seq }) => seq <= afterSeq),
        limit + 1,
      ),
    )
    .sort((a, b) => a.seq - b.seq);
  const places = found.slice(0, limit);
  const rows: MemberRow[] = [];
  for (const { userId } of places) {
    const member = group.member(userId, nowMs);
    if (member === null || (status !== null && member.status !== status)) continue;
    rows.push({ ...member, userId });
  }
  const last = places.at(-1);
  return { rows, nextCursor: found.length > limit && last !== undefined ? `m${last.seq}` : null };
}
