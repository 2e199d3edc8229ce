/** Canary groups: made for an operator who counts messages end to end, and ended by it or by themselves. */
import { type CanaryGroup, type GroupId, groupIdSchema, SERVICE, type UserId } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { type Canaries, canariesMax, canaryLifeMs } from '../ports/canaries.ts';
import { type CanaryUsersDeps, canaryUsersOf, endCanaryUsers } from './canary-users.ts';
import type { Caller, Operations } from './operations.ts';

/** When the users are looked at once more after an early end, ms: their entries in the index of memberships are older than ten minutes then. */
const lastLookMs = 11 * 60_000;
/** What the log of a canary group keeps. */
const retention = { max_entries: 1000, max_age_ms: canaryLifeMs };

interface CanaryDeps extends CanaryUsersDeps {
  readonly canaries: Canaries;
  readonly operations: Pick<Operations, 'create_group' | 'change_members' | 'delete_group'>;
}

export class CanaryOperations {
  readonly #deps: CanaryDeps;

  constructor(deps: CanaryDeps) {
    this.#deps = deps;
  }

  /** @param token a new random one @returns the group; the caller makes tokens for its users */
  async open({
    users,
    token,
  }: {
    readonly users: number;
    readonly token: string;
  }): Promise<Outcome<CanaryGroup>> {
    const { canaries } = this.#deps;
    const groupId = groupIdSchema.parse(`canary:${token}`);
    const place = await canaries.reserve(groupId);
    if (place.type === 'full') {
      const error = `There are ${canariesMax} canary groups already: delete one of them, or wait`;
      const details = { limit: canariesMax };
      return fail({ code: 'limit_reached', error, retryAfterMs: place.freeInMs, details });
    }
    await canaries.schedule(groupId, canaryLifeMs);
    const members = canaryUsersOf(groupId, users);
    const made = await this.#make(groupId, members, token);
    if (!made.ok) {
      await this.#end(groupId, token);
      return made;
    }
    return succeed({
      group_id: groupId,
      users: members.map((userId) => ({ user_id: userId })),
      ends_at: isoTime(place.endsAtMs),
    });
  }

  async close(groupId: GroupId, token: string): Promise<Outcome<{ readonly status: 'deleted' }>> {
    if (!(await this.#deps.canaries.has(groupId))) return fail({ code: 'group_not_found' });
    const ended = await this.#end(groupId, token);
    return ended.ok || ended.failure.code === 'group_not_found' ? succeed({ status: 'deleted' }) : ended;
  }

  async #make(groupId: GroupId, members: readonly UserId[], token: string): Promise<Outcome<unknown>> {
    const { operations } = this.#deps;
    const [creator, ...others] = members;
    if (creator === undefined) return fail({ code: 'invalid_args', details: { field: 'users' } });
    const shared = { requestId: token, isServerMadeId: true, device: null };
    const created = await operations.create_group(
      { ...shared, actor: creator },
      {
        ...{ group_id: groupId, group_type: 'private', by_service: true },
        ...{ max_members: members.length, retention, metadata: { canary: true } },
      },
    );
    if (!created.ok) return created;
    const add = others.map((userId) => ({ user_id: userId }));
    return operations.change_members({ ...shared, actor: SERVICE }, { group_id: groupId, add });
  }

  /** The users end first: if the store fails meanwhile, the group is still there to be ended again. */
  async #end(groupId: GroupId, token: string): Promise<Outcome<unknown>> {
    const { canaries, operations } = this.#deps;
    const caller: Caller = { actor: SERVICE, requestId: token, isServerMadeId: true, device: null };
    await endCanaryUsers(this.#deps, groupId, token);
    const ended = await operations.delete_group(caller, { group_id: groupId });
    await canaries.release(groupId);
    await canaries.schedule(groupId, lastLookMs);
    return ended;
  }
}
