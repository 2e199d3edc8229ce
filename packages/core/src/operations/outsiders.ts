/** Lists users that are no members: banned ones, and invited ones. */
import type { RequestArgs, RequestResult, RequestType } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import { firstRefusal } from '../groups/rule-conditions.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { factsOf } from './explain.ts';
import type { Caller, OperationDeps } from './operations.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

export class Outsiders {
  readonly #deps: OperationDeps;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  list_bans = async (caller: Caller, args: RequestArgs<'list_bans'>): Result<'list_bans'> => {
    const { facts } = await factsOf(this.#deps, args.group_id, caller.actor);
    const refusal = firstRefusal('list_bans', facts);
    if (refusal !== null) return fail(refusal);
    const page = await this.#deps.engine.groups.bans(args.group_id, pageOf(args));
    if (page === null) return fail({ code: 'group_not_found' });
    const bans = page.rows.map(({ userId, sinceMs, untilMs, bannedBy, reason }) => ({
      user_id: userId,
      since: isoTime(sinceMs),
      banned_until: untilMs === null ? null : isoTime(untilMs),
      ...(bannedBy === null ? {} : { banned_by: bannedBy }),
      ...(reason === null ? {} : { reason }),
    }));
    return succeed({ bans, next_cursor: page.nextCursor });
  };

  list_invites = async (caller: Caller, args: RequestArgs<'list_invites'>): Result<'list_invites'> => {
    const { facts } = await factsOf(this.#deps, args.group_id, caller.actor);
    const refusal = firstRefusal('list_invites', facts);
    if (refusal !== null) return fail(refusal);
    const page = await this.#deps.engine.groups.invites(args.group_id, pageOf(args));
    if (page === null) return fail({ code: 'group_not_found' });
    const invites = page.rows.map(({ userId, invitedBy, untilMs }) => ({
      user_id: userId,
      invited_by: invitedBy,
      invited_until: untilMs === null ? null : isoTime(untilMs),
    }));
    return succeed({ invites, next_cursor: page.nextCursor });
  };
}

const pageOf = ({ cursor, limit }: RequestArgs<'list_bans'>) => ({ cursor: cursor ?? null, limit });
