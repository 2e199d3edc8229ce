/** The requests of which races are made, in few words: who asks it, of whom, and how it may be refused. */
import type { ErrorCode, GroupType, Posting } from '@plenum/protocol';
import type { Ask, RaceAttempt } from './attempt.ts';

export type Refusals = readonly ErrorCode[];
export const join = (by: string, refusals: Refusals, type: 'joined' | 'requested' = 'joined'): Ask => ({
  ...{ by, refusals },
  type: 'join_group',
  entry: { type, user_id: by },
});
export const leave = (by: string, refusals: Refusals = []): Ask => ({
  ...{ by, refusals },
  type: 'leave_group',
  entry: { type: 'left', user_id: by },
});
export const send = (by: string, message: string, refusals: Refusals): Ask => ({
  ...{ by, refusals },
  type: 'relay_msg',
  args: { message },
  entry: { type: 'message', from_user_id: by, message },
});
export const remove = (by: string, refusals: Refusals = []): Ask => ({
  ...{ by, refusals },
  type: 'delete_group',
  entry: { type: 'deleted', user_id: by },
});
export const setPosting = (by: string, posting: Posting): Ask => ({
  ...{ by, refusals: [] },
  type: 'update_group',
  args: { posting },
  entry: { type: 'updated', user_id: by },
});
export const create = (by: string, refusals: Refusals): Ask => ({
  ...{ by, refusals },
  type: 'create_group',
  args: { group_type: 'public' },
  entry: { type: 'created', user_id: by },
});

const entryTypes = {
  accept: 'accepted',
  reject: 'rejected',
  mute: 'muted',
  unmute: 'unmuted',
  kick: 'kicked',
  ban: 'banned',
  unban: 'unbanned',
  promote: 'promoted',
  demote: 'demoted',
} as const;
export const act = (
  verb: keyof typeof entryTypes,
  [by, target]: readonly [string, string],
  refusals: Refusals,
): Ask => ({
  ...{ by, refusals },
  type: `${verb}_member`,
  args: { user_id: target },
  entry: { type: entryTypes[verb], user_id: target, actor_id: by },
});

interface Members {
  readonly groupType: GroupType;
  readonly maxMembers?: number;
  readonly admins?: readonly string[];
  readonly active?: readonly string[];
  readonly muted?: readonly string[];
  readonly pending?: readonly string[];
}

/** A group of `owner` with the others as named. */
export async function found(
  attempt: RaceAttempt,
  { groupType, maxMembers, ...members }: Members,
): Promise<void> {
  const limit = maxMembers === undefined ? {} : { max_members: maxMembers };
  await attempt.must('owner', 'create_group', { group_type: groupType, ...limit });
  const { admins = [], active = [], muted = [], pending = [] } = members;
  for (const user_id of [...admins, ...active, ...muted]) {
    await attempt.must('$service', 'join_group', { user_id, status: 'active' });
  }
  for (const user_id of admins) await attempt.must('owner', 'promote_member', { user_id });
  for (const user_id of muted) await attempt.must('owner', 'mute_member', { user_id });
  for (const name of pending) await attempt.must(name, 'join_group');
}

/** One id is one request, also when its group is deleted and there is another of the same name. */
export const again = (ask: Ask, requestId: string, times: number): Ask[] =>
  Array.from({ length: times }, () => ({ ...ask, requestId }));
