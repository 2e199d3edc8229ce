/** Adds the members of a file to its groups. Each step may be repeated. */
import { limits, memberStatusSchema } from '@plenum/protocol';
import { z } from 'zod';
import type { GroupToImport } from './checked-file.ts';
import { isActiveAdmin, type MemberLine } from './lines.ts';
import { expectDone, pathOf, type ServiceCalls } from './service-calls.ts';

/** Calls for members of one group that are made at the same time. */
const membersAtOnce = 8;
/** The user that creates a public group without members, and leaves it at once. */
const passingCreator = 'plenum-import';

/** The first active admin of the file creates the group. */
export const creatorOf = ({ members }: GroupToImport): string =>
  [...members.values()].find(isActiveAdmin)?.user_id ?? passingCreator;

const roleOf = ({ roles, status }: MemberLine): 'admin' | 'moderator' | 'member' => {
  if (status === 'pending') return 'member';
  return (['admin', 'moderator'] as const).find((role) => roles.includes(role)) ?? 'member';
};

const batchSchema = z.object({
  added: z.array(
    z.union([
      z.object({ user_id: z.string(), status: memberStatusSchema }),
      z.object({ user_id: z.string(), code: z.string(), error: z.string() }),
    ]),
  ),
});

/** Adds, or brings to the wanted state, one user that the group may have already, or that has a note. */
async function bring(call: ServiceCalls, member: MemberLine): Promise<void> {
  const { group_id, user_id, status, note } = member;
  const path = pathOf(group_id, `/members/${encodeURIComponent(user_id)}`);
  const what = `${user_id} in ${group_id}`;
  const applies = note === undefined ? {} : { note };
  const admitted = status === 'pending' ? applies : { status: 'active' };
  expectDone(await call({ method: 'PUT', path, body: { ensure: true, ...admitted } }), what);
  const role = roleOf(member);
  if (role !== 'member') {
    const promoted = await call({ method: 'POST', path: `${path}/promote`, body: { role } });
    expectDone(promoted, what, ['cannot_promote']);
  }
  if (status === 'muted') {
    const muted = await call({ method: 'POST', path: `${path}/mute`, body: {} });
    expectDone(muted, what, ['cannot_mute', 'not_strict_private']);
  }
}

/** Refusals of a batch after which the user is brought by itself: it is there, or the group has another type. */
const brought = ['already_member', 'not_strict_private', 'invalid_args'];

/** @returns the users that were not added and are to be brought by themselves */
async function addAtOnce(
  call: ServiceCalls,
  groupId: string,
  members: readonly MemberLine[],
): Promise<ReadonlySet<string>> {
  const left = new Set<string>();
  for (let from = 0; from < members.length; from += limits.changedMembersMax) {
    const some = members.slice(from, from + limits.changedMembersMax);
    const add = some.map((member) => {
      const role = roleOf(member);
      // An admin is never muted.
      const status = role === 'admin' ? 'active' : member.status;
      return { user_id: member.user_id, status, roles: [role] };
    });
    const answer = await call({ method: 'POST', path: pathOf(groupId, '/members:batch'), body: { add } });
    for (const one of batchSchema.parse(expectDone(answer, groupId)).added) {
      if ('status' in one) continue;
      if (!brought.includes(one.code))
        throw new Error(`${one.user_id} in ${groupId}: ${one.code}: ${one.error}`);
      left.add(one.user_id);
    }
  }
  return left;
}

/** @throws Error with one sentence if a user is refused for another reason than that it is there */
export async function addMembers(
  call: ServiceCalls,
  group: GroupToImport,
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  const groupId = group.line.group_id;
  if (group.members.size === 0) return leave(call, groupId);
  const creator = isNew ? creatorOf(group) : null;
  const members = [...group.members.values()].filter(({ user_id }) => user_id !== creator);
  const left = await addAtOnce(
    call,
    groupId,
    members.filter(({ note }) => note === undefined),
  );
  const alone = members.filter(({ user_id, note }) => note !== undefined || left.has(user_id));
  for (let from = 0; from < alone.length; from += membersAtOnce) {
    await Promise.all(alone.slice(from, from + membersAtOnce).map((member) => bring(call, member)));
  }
}

async function leave(call: ServiceCalls, groupId: string): Promise<void> {
  const path = pathOf(groupId, `/members/${passingCreator}`);
  expectDone(await call({ method: 'DELETE', path }), groupId, ['not_a_member', 'user_not_in_group']);
}
