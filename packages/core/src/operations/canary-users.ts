/** The users of a canary group: their tokens, and what they did with them, end with the group. */
import { hash } from 'node:crypto';
import { type GroupId, type UserId, userIdSchema } from '@plenum/protocol';
import type { Revocations } from '../ports/authentication.ts';
import type { GroupStore } from '../ports/group-store.ts';
import type { Nudges } from '../ports/pubsub.ts';
import { type TakeOutDeps, takeOut } from './take-out.ts';

const canaryUsersMax = 50;
const groupsPerPage = 100;

/** Every user that the group can have. */
export const canaryUsersOf = (groupId: GroupId, count = canaryUsersMax): readonly UserId[] =>
  Array.from({ length: count }, (_, i) => userIdSchema.parse(`${groupId}:${i + 1}`));

export interface CanaryUsersDeps extends TakeOutDeps {
  readonly groups: Pick<GroupStore, 'change' | 'memberships'>;
  readonly revocations: Pick<Revocations, 'revoke'>;
  readonly nudges: Pick<Nudges, 'send' | 'cut'>;
}

/**
 * Revokes the tokens of all users of the group, cuts their sockets, and takes the users out of all other groups.
 * @param token a new random one
 */
export async function endCanaryUsers(deps: CanaryUsersDeps, groupId: GroupId, token: string): Promise<void> {
  await Promise.all(canaryUsersOf(groupId).map((userId) => endUser(deps, { groupId, userId, token })));
}

interface CanaryUser {
  readonly groupId: GroupId;
  readonly userId: UserId;
  readonly token: string;
}

/** The revocation is stored before sockets are cut: a device that connects in between is refused or cut. */
async function endUser(deps: CanaryUsersDeps, { groupId, userId, token }: CanaryUser): Promise<void> {
  await deps.revocations.revoke(userId);
  deps.nudges.cut({ userId, code: 'revoked' });
  const requestId = hash('sha256', `${token} ${userId}`, 'hex').slice(0, 16);
  let cursor: string | null = null;
  do {
    const page = await deps.groups.memberships(userId, { cursor, limit: groupsPerPage });
    const others = page.rows.filter((membership) => membership.groupId !== groupId);
    await Promise.all(others.map((membership) => takeOut(deps, userId, { membership, requestId })));
    cursor = page.nextCursor;
  } while (cursor !== null);
}
