/** Invite links: who knows the code of one may join its group. Only the answer to its creation has the code. */
import type { RequestArgs, RequestResult, RequestType } from '@plenum/protocol';
import { bannedFailure, type InviteLink, isoTime, isUsedUp } from '../groups/records.ts';
import { firstRefusal } from '../groups/rule-conditions.ts';
import { fail, forgedCursor, type Outcome, succeed } from '../outcome/outcome.ts';
import { factsOf } from './explain.ts';
import { groupOf, linkIdOf } from './invite-codes.ts';
import { makeChange } from './made-change.ts';
import { type Caller, type OperationDeps, requestKey } from './operations.ts';
import { userOf } from './read.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

export class InviteLinks {
  readonly #deps: OperationDeps;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  create_invite_link = async (
    caller: Caller,
    args: RequestArgs<'create_invite_link'>,
  ): Result<'create_invite_link'> => {
    const { group_id: groupId, max_uses } = args;
    const { nonce, linkId } = this.#deps.inviteCodes.make(groupId);
    const done = await makeChange(this.#deps, {
      operation: 'create_link',
      groupId,
      actor: caller.actor,
      request: requestKey(caller, 'create_invite_link', args),
      linkId,
      nonce,
      maxUses: max_uses ?? null,
      forMs: args.for_ms ?? null,
    });
    if (!done.ok) return done;
    const { link } = done.result;
    // An earlier attempt may have made the link, with its own nonce.
    const code = link === undefined ? null : this.#deps.inviteCodes.again(groupId, link);
    if (link === undefined || code === null) return fail(secretIsGone);
    return succeed({
      code,
      link_id: link.linkId,
      ...(link.untilMs === null ? {} : { expires_at: isoTime(link.untilMs) }),
      ...(max_uses === undefined ? {} : { max_uses }),
    });
  };

  list_invite_links = async (
    caller: Caller,
    { group_id: groupId, cursor, limit }: RequestArgs<'list_invite_links'>,
  ): Result<'list_invite_links'> => {
    const { facts } = await factsOf(this.#deps, groupId, caller.actor);
    const refusal = firstRefusal('list_links', facts);
    if (refusal !== null) return fail(refusal);
    const after = cursor === undefined ? '' : keyIn(cursor);
    const links = await this.#deps.engine.groups.links(groupId);
    if (links === null) return fail({ code: 'group_not_found' });
    const left = links.filter((link) => keyOf(link) > after);
    const page = left.slice(0, limit);
    const last = page.at(-1);
    const hasMore = left.length > page.length && last !== undefined;
    return succeed({ links: page.map(linkView), next_cursor: hasMore ? keyOf(last) : null });
  };

  revoke_invite_link = async (
    caller: Caller,
    args: RequestArgs<'revoke_invite_link'>,
  ): Result<'revoke_invite_link'> => {
    const done = await makeChange(this.#deps, {
      operation: 'revoke_link',
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, 'revoke_invite_link', args),
      linkId: args.link_id,
    });
    return done.ok ? succeed({ status: 'revoked' }) : done;
  };

  preview_invite = async (
    caller: Caller,
    { code }: RequestArgs<'preview_invite'>,
  ): Result<'preview_invite'> => {
    const { groups } = this.#deps.engine;
    const groupId = groupOf(code);
    const found = groupId === null ? null : await groups.linked(groupId, linkIdOf(code));
    if (groupId === null || found === null) return fail({ code: 'invite_not_found' });
    const reader = userOf(caller);
    const position = reader === null ? null : await groups.position(groupId, reader);
    if (position?.isBanned === true) return fail(bannedFailure(position.bannedUntilMs));
    if (isUsedUp(found.link)) return fail({ code: 'invite_used_up' });
    const { untilMs } = found.link;
    return succeed({
      group_id: groupId,
      group_type: found.groupType,
      metadata: found.metadata === null ? null : JSON.parse(found.metadata),
      members_count: found.membersCount,
      ...(untilMs === null ? {} : { expires_at: isoTime(untilMs) }),
    });
  };
}

const secretIsGone = {
  code: 'conflict',
  error: 'The link was made by a secret that this node does not know: make another link',
} as const;

const linkView = ({ linkId, createdBy, createdAtMs, untilMs, maxUses, uses }: InviteLink) => ({
  link_id: linkId,
  created_by: createdBy,
  created_at: isoTime(createdAtMs),
  ...(untilMs === null ? {} : { expires_at: isoTime(untilMs) }),
  uses,
  ...(maxUses === null ? {} : { max_uses: maxUses }),
});

/** Sorts links by time. It is the cursor after a link, which may be revoked before the next page. */
const keyOf = ({ createdAtMs, linkId }: InviteLink): string =>
  `${String(createdAtMs).padStart(16, '0')}.${linkId}`;

function keyIn(cursor: string): string {
  if (!/^\d{16}\.[\w-]{1,64}$/.test(cursor)) throw forgedCursor();
  return cursor;
}
