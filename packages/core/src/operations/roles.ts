/** Roles of members: promote, demote, and the transfer of a group. */
import { type RequestArgs, type RequestResult, type RequestType, SERVICE } from '@plenum/protocol';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { makeChange, needsUser } from './made-change.ts';
import { type Caller, type OperationDeps, requestKey } from './operations.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

export class Roles {
  readonly #deps: OperationDeps;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  promote_member = async (caller: Caller, args: RequestArgs<'promote_member'>): Result<'promote_member'> => {
    const done = await makeChange(this.#deps, {
      operation: 'promote',
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, 'promote_member', args),
      userId: args.user_id,
      role: args.role ?? 'admin',
    });
    return done.ok ? succeed({ roles: [...done.result.roles] }) : done;
  };

  demote_member = async (caller: Caller, args: RequestArgs<'demote_member'>): Result<'demote_member'> => {
    const done = await makeChange(this.#deps, {
      operation: 'demote',
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, 'demote_member', args),
      userId: args.user_id,
    });
    return done.ok ? succeed({ roles: [...done.result.roles] }) : done;
  };

  transfer_group = async (caller: Caller, args: RequestArgs<'transfer_group'>): Result<'transfer_group'> => {
    const { actor } = caller;
    if (actor === SERVICE) return fail(needsUser('actor_id'));
    const done = await makeChange(this.#deps, {
      operation: 'transfer',
      groupId: args.group_id,
      actor,
      request: requestKey(caller, 'transfer_group', args),
      userId: args.user_id,
    });
    if (!done.ok) return done;
    const { roles, epoch, seq } = done.result;
    return succeed({ roles: [...roles], epoch, seq });
  };
}
