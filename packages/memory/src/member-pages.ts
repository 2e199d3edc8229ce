/** Pages of members: receivers by since_seq, then applicants by the seq of their request. */
import { forgedCursor, type MemberRow, type Page } from '@plenum/core';
import type { MemberStatus } from '@plenum/protocol';
import type { GroupState, Place } from './group-state.ts';

interface MemberQuery {
  readonly cursor: string | null;
  readonly limit: number;
  readonly status: MemberStatus | null;
}

type Section = 'receivers' | 'applicants';
interface Start {
  readonly section: Section;
  readonly afterSeq: number;
}
interface Taken {
  readonly places: readonly Place[];
  /** Where the next page starts; null when nothing is left. */
  readonly next: Start | null;
}

const cursorOf = ({ section, afterSeq }: Start): string =>
  `${section === 'receivers' ? 'r' : 'a'}${afterSeq}`;

function startAt({ cursor, status }: MemberQuery): Start {
  if (cursor === null) return { section: status === 'pending' ? 'applicants' : 'receivers', afterSeq: 0 };
  const parts = /^([ra])(\d{1,15})$/.exec(cursor);
  if (parts === null) throw forgedCursor();
  return { section: parts[1] === 'r' ? 'receivers' : 'applicants', afterSeq: Number(parts[2]) };
}

const isWanted = (section: Section, status: MemberStatus | null): boolean =>
  section === 'receivers' || status === null || status === 'pending';

export function memberPage(group: GroupState, query: MemberQuery, nowMs: number): Page<MemberRow> {
  const start = startAt(query);
  const taken = take(group, start, query.limit);
  const rows: MemberRow[] = [];
  for (const { userId } of taken.places) {
    const member = group.member(userId, nowMs);
    if (member === null || (query.status !== null && member.status !== query.status)) continue;
    rows.push({ ...member, userId });
  }
  const hasNext = taken.next !== null && isWanted(taken.next.section, query.status);
  return { rows, nextCursor: hasNext ? cursorOf(taken.next) : null };
}

/** Up to `limit` places from `start` on, going over from the receivers to the applicants. */
function take(group: GroupState, start: Start, limit: number): Taken {
  const list = group[start.section];
  const index = list.countWhile(({ seq }) => seq <= start.afterSeq);
  const places = list.slice(index, limit);
  if (index + places.length < list.size) {
    const afterSeq = places.at(-1)?.seq ?? start.afterSeq;
    return { places, next: { section: start.section, afterSeq } };
  }
  if (start.section === 'applicants' || group.applicants.size === 0) return { places, next: null };
  const rest = take(group, { section: 'applicants', afterSeq: 0 }, limit - places.length);
  return { places: [...places, ...rest.places], next: rest.next };
}
