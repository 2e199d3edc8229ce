/** Invites of users: the devices of the invited user learn of each by a push, because the user receives no entries. */
import {
  type Failure,
  type RequestArgs,
  type RequestResult,
  type RequestType,
  SERVICE,
} from '@plenum/protocol';
import type { ChangeDone } from '../groups/commands.ts';
import { isoTime } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { makeChange, needsUser, nudgeDevices } from './made-change.ts';
import { type Caller, type OperationDeps, requestKey } from './operations.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

export class Invitations {
  readonly #deps: OperationDeps;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  invite_member = async (caller: Caller, args: RequestArgs<'invite_member'>): Result<'invite_member'> => {
    const done = await makeChange(this.#deps, {
      operation: 'invite',
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, 'invite_member', args),
      userId: args.user_id,
      forMs: args.for_ms ?? null,
    });
    if (!done.ok) return fail(ofTarget(done.failure));
    nudgeDevices(this.#deps, {
      groupId: args.group_id,
      userId: args.user_id,
      done: done.result,
      type: 'invited',
      actor: caller.actor,
    });
    const { invitedUntilMs: until, epoch, seq } = done.result;
    const timed = until === null ? {} : { invited_until: isoTime(until) };
    return succeed({ status: 'invited', ...timed, epoch, seq });
  };

  decline_invite = async (caller: Caller, args: RequestArgs<'decline_invite'>): Result<'decline_invite'> => {
    const userId = caller.actor;
    if (userId === SERVICE) return fail(needsUser('user_id'));
    const done = await this.#endInvite('decline_invite', caller, { ...args, user_id: userId });
    return done.ok ? succeed({ status: 'declined' }) : done;
  };

  revoke_invite = async (caller: Caller, args: RequestArgs<'revoke_invite'>): Result<'revoke_invite'> => {
    const done = await this.#endInvite('revoke_invite', caller, args);
    return done.ok ? succeed({ status: 'revoked' }) : done;
  };

  async #endInvite(
    operation: 'decline_invite' | 'revoke_invite',
    caller: Caller,
    { group_id: groupId, user_id: userId }: RequestArgs<'revoke_invite'>,
  ): Promise<Outcome<ChangeDone>> {
    const request = requestKey(caller, operation, { group_id: groupId, user_id: userId });
    const done = await makeChange(this.#deps, { operation, groupId, actor: caller.actor, request, userId });
    const type = operation === 'decline_invite' ? 'invite_declined' : 'invite_revoked';
    if (done.ok) nudgeDevices(this.#deps, { groupId, userId, done: done.result, type, actor: caller.actor });
    return done;
  }
}

/** A refusal about the user of the request, where the text of the code is about its actor. */
const ofTarget = (failure: Failure): Failure =>
  failure.code === 'banned' ? { ...failure, error: 'User is banned from this group' } : failure;
