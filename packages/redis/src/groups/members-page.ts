/** A page of the members of a group, of its applicants, or of both. */
import { forgedCursor, type MemberRow, type Page } from '@plenum/core';
import { type GroupId, type MemberStatus, userIdSchema } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { readMembers } from '../script-calls/index.ts';
import { standingOf } from '../script-calls/member-record.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

export interface MembersPage {
  readonly cursor: string | null;
  readonly limit: number;
  readonly status: MemberStatus | null;
}

interface Asked {
  readonly groupId: GroupId;
  readonly page: MembersPage;
}

/** @throws PlenumError `invalid_args` for a cursor that no page has given */
export async function membersPage(
  calls: ScriptCalls,
  keys: Keys,
  { groupId, page: { cursor, limit, status } }: Asked,
): Promise<Page<MemberRow> | null> {
  const after = cursor === null ? '0' : placeOf(cursor);
  const reply = await calls.read(readMembers, {
    keys: {
      group: keys.group(groupId),
      members: keys.members(groupId),
      receivers: keys.receivers(groupId),
      pending: keys.pending(groupId),
      applications: keys.applications(groupId),
    },
    args: {
      after,
      lists: status === null ? 'all' : status === 'pending' ? 'pending' : 'receivers',
      limit: limit + 1,
    },
  });
  if (reply.type === 'none') return null;
  const seen = reply.details.slice(0, limit);
  const members = seen.flatMap(({ userId, record, note }): MemberRow[] => {
    const { member } = standingOf(record, reply.nowMs);
    return member === null ? [] : [{ userId: userIdSchema.parse(userId), note, ...member }];
  });
  const isLast = reply.details.length <= limit;
  const rows = status === null ? members : members.filter((row) => row.status === status);
  const last = seen.at(-1);
  return { rows, nextCursor: isLast || last === undefined ? null : `m${last.place}` };
}

/**
 * Parses a cursor `m<place>`. Also accepts `r<seq>` and `p<seq>` of earlier versions: such a cursor may be stored with a
 * message that still waits for the notifier.
 */
function placeOf(cursor: string): string {
  const [, place] = /^[mrp](\d{1,16}(?:\.\d{1,17})?)$/.exec(cursor) ?? [];
  if (place === undefined) throw forgedCursor();
  return place;
}
