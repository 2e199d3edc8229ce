/** Changes of groups: turns wire arguments into one command, and its outcome into the wire result. */
import {
  type Actor,
  type GroupId,
  limits,
  type MembershipPush,
  type RequestArgs,
  type RequestResult,
  type RequestType,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import type { ChangeDone, GroupCommand } from '../groups/commands.ts';
import { type GroupRetention, isoTime } from '../groups/records.ts';
import type { FeedPosition } from '../log/epoch-chain.ts';
import { fail, type Outcome, PlenumError, succeed } from '../outcome/outcome.ts';
import type { Device } from '../ports/devices.ts';
import { groupOf, linkIdOf } from './invite-codes.ts';
import { makeChange, needsUser, nudgeDevices } from './made-change.ts';
import { type Caller, type CreateArgs, type JoinArgs, type OperationDeps, requestKey } from './operations.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

/**
 * The only code that changes groups: one command, and one nudge to the devices of a user whose membership or
 * application begins.
 */
export class Changes {
  readonly #deps: OperationDeps;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  create_group = async (
    caller: Caller,
    { by_service = false, ...args }: CreateArgs,
  ): Result<'create_group'> => {
    const creator = caller.actor;
    if (creator === SERVICE) return fail(needsUser('creator_id'));
    const done = await this.#joining(caller, args.group_id, () =>
      this.#change({
        operation: 'create',
        groupId: args.group_id,
        actor: creator,
        request: requestKey(caller, 'create_group', args),
        groupType: args.group_type,
        isByService: by_service,
        settings: {
          maxMembers: args.max_members ?? null,
          ephemeral: args.ephemeral ?? false,
          history: args.history ?? (args.group_type === 'public' ? 'all' : 'since_join'),
          metadata: args.metadata === undefined ? null : JSON.stringify(args.metadata),
          posting: args.posting ?? 'members',
          slowModeMs: args.slow_mode_ms ?? 0,
          editWindowMs: args.edit_window_ms ?? limits.editWindowMsDefault,
          acceptsNeeded: args.accepts_needed ?? 1,
          muteSurvivesRejoin: args.mute_survives_rejoin ?? false,
          idReservedMs: args.id_reserved_ms ?? 0,
          retention: retentionOf(args.retention ?? null),
          requestTtlMs: args.request_ttl_ms ?? null,
          membershipEvents: args.membership_events ?? 'all',
        },
      }),
    );
    if (!done.ok) return done;
    this.#nudge(args.group_id, creator, done.result, 'created');
    const { epoch, seq } = done.result;
    return succeed({ group_id: args.group_id, group_type: args.group_type, epoch, seq });
  };

  join_group = async (caller: Caller, args: JoinArgs): Result<'join_group'> => {
    const userId = caller.actor === SERVICE ? args.user_id : caller.actor;
    if (userId === undefined) return fail(needsUser('user_id'));
    const { invite } = args;
    const groupId = groupToJoin(args);
    if (groupId === null) return fail({ code: 'invite_not_found' });
    const done = await this.#joining(caller, groupId, () =>
      this.#change({
        operation: 'join',
        groupId,
        actor: caller.actor,
        request: requestKey(caller, 'join_group', args),
        userId,
        ensure: args.ensure ?? false,
        admit: caller.actor === SERVICE && (args.admit ?? false),
        createsPublic: invite === undefined && this.#deps.createOnJoin === 'public',
        linkId: invite === undefined ? null : linkIdOf(invite),
        note: args.note === undefined || args.note === '' ? null : args.note,
      }),
    );
    if (!done.ok) return done;
    const { status, epoch, seq, fromSeq } = done.result;
    if (status === 'none') return fail({ code: 'conflict' });
    this.#nudge(groupId, userId, done.result, status === 'pending' ? 'requested' : 'joined');
    const joined = { status, ...(invite === undefined ? {} : { group_id: groupId }), epoch, seq };
    return succeed(fromSeq === undefined ? joined : { ...joined, from_seq: fromSeq });
  };

  leave_group = async (caller: Caller, args: RequestArgs<'leave_group'>): Result<'leave_group'> => {
    const userId = caller.actor;
    if (userId === SERVICE) return fail(needsUser('user_id'));
    const request = requestKey(caller, 'leave_group', args);
    const done = await this.#change({
      operation: 'leave',
      groupId: args.group_id,
      actor: userId,
      request,
      userId,
    });
    return done.ok ? succeed({ status: 'left' }) : done;
  };

  accept_member = async (caller: Caller, args: RequestArgs<'accept_member'>): Result<'accept_member'> => {
    const done = await this.#decide('accept', caller, args);
    if (!done.ok) return done;
    const { status, accepts, epoch, seq } = done.result;
    if (accepts !== null) {
      return succeed({
        status: 'pending',
        accepts: accepts.count,
        accepts_needed: accepts.needed,
        epoch,
        seq,
      });
    }
    this.#nudge(args.group_id, args.user_id, done.result, 'accepted', caller.actor);
    return succeed({ status: status === 'none' ? 'active' : status, epoch, seq });
  };

  reject_member = async (caller: Caller, args: RequestArgs<'reject_member'>): Result<'reject_member'> => {
    const done = await this.#decide('reject', caller, args);
    return done.ok ? succeed({ status: 'rejected', epoch: done.result.epoch, seq: done.result.seq }) : done;
  };

  kick_member = async (caller: Caller, args: RequestArgs<'kick_member'>): Result<'kick_member'> => {
    if (caller.actor === args.user_id) return fail(notOneself);
    const done = await this.#decide('kick', caller, args);
    return done.ok ? succeed({ status: 'kicked' }) : done;
  };

  mute_member = async (caller: Caller, args: RequestArgs<'mute_member'>): Result<'mute_member'> => {
    const done = await this.#change({
      operation: 'mute',
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, 'mute_member', args),
      userId: args.user_id,
      forMs: args.for_ms ?? null,
    });
    if (!done.ok) return done;
    const until = done.result.mutedUntilMs;
    return succeed({ status: 'muted', ...(until === null ? {} : { muted_until: isoTime(until) }) });
  };

  unmute_member = async (caller: Caller, args: RequestArgs<'unmute_member'>): Result<'unmute_member'> => {
    const done = await this.#decide('unmute', caller, args);
    return done.ok ? succeed({ status: 'active' }) : done;
  };

  ban_member = async (caller: Caller, args: RequestArgs<'ban_member'>): Result<'ban_member'> => {
    if (caller.actor === args.user_id) return fail(notOneself);
    const done = await this.#change({
      operation: 'ban',
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, 'ban_member', args),
      userId: args.user_id,
      reason: args.reason ?? null,
      forMs: args.for_ms ?? null,
    });
    if (!done.ok) return done;
    // An invited user may have devices on nodes without a feed of the group.
    nudgeDevices(this.#deps, {
      groupId: args.group_id,
      userId: args.user_id,
      done: done.result,
      type: 'banned',
      actor: caller.actor,
      reason: args.reason,
    });
    const until = done.result.bannedUntilMs;
    return succeed({ status: 'banned', ...(until === null ? {} : { banned_until: isoTime(until) }) });
  };

  unban_member = async (caller: Caller, args: RequestArgs<'unban_member'>): Result<'unban_member'> => {
    const done = await this.#decide('unban', caller, args);
    return done.ok ? succeed({ status: 'unbanned' }) : done;
  };

  update_group = async (caller: Caller, args: RequestArgs<'update_group'>): Result<'update_group'> => {
    const { max_members, history, metadata, posting, slow_mode_ms, edit_window_ms, accepts_needed } = args;
    const { mute_survives_rejoin, id_reserved_ms, retention, request_ttl_ms, membership_events } = args;
    const done = await this.#change({
      operation: 'update',
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, 'update_group', args),
      ifSeq: args.if_seq ?? null,
      changes: {
        ...(max_members === undefined ? {} : { maxMembers: max_members }),
        ...(history === undefined ? {} : { history }),
        ...(metadata === undefined ? {} : { metadata: metadata && JSON.stringify(metadata) }),
        ...(posting === undefined ? {} : { posting }),
        ...(slow_mode_ms === undefined ? {} : { slowModeMs: slow_mode_ms }),
        ...(edit_window_ms === undefined ? {} : { editWindowMs: edit_window_ms }),
        ...(accepts_needed === undefined ? {} : { acceptsNeeded: accepts_needed }),
        ...(request_ttl_ms === undefined ? {} : { requestTtlMs: request_ttl_ms }),
        ...(membership_events === undefined ? {} : { membershipEvents: membership_events }),
        ...(mute_survives_rejoin === undefined ? {} : { muteSurvivesRejoin: mute_survives_rejoin }),
        ...(id_reserved_ms === undefined ? {} : { idReservedMs: id_reserved_ms }),
        ...(retention === undefined ? {} : { retention: retentionOf(retention) }),
      },
    });
    return done.ok ? succeed({ epoch: done.result.epoch, seq: done.result.seq }) : done;
  };

  delete_group = async (caller: Caller, args: RequestArgs<'delete_group'>): Result<'delete_group'> => {
    const request = requestKey(caller, 'delete_group', args);
    const done = await this.#change({
      operation: 'delete',
      groupId: args.group_id,
      actor: caller.actor,
      request,
    });
    return done.ok ? succeed({ status: 'deleted' }) : done;
  };

  #decide(
    operation: 'accept' | 'reject' | 'kick' | 'unmute' | 'unban',
    caller: Caller,
    args: { group_id: GroupId; user_id: UserId; reason?: string | undefined },
  ): Promise<Outcome<ChangeDone>> {
    return this.#change({
      operation,
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, `${operation}_member`, args),
      userId: args.user_id,
      reason: args.reason ?? null,
    });
  }

  #change(command: GroupCommand): Promise<Outcome<ChangeDone>> {
    return makeChange(this.#deps, command);
  }

  /** Attaches a device that joins or creates before it is answered, so that the answer names its position. */
  async #joining(
    caller: Caller,
    groupId: GroupId,
    change: () => Promise<Outcome<ChangeDone>>,
  ): Promise<Outcome<ChangeDone>> {
    const { device } = caller;
    if (device === null || device.userId !== caller.actor) return change();
    const { feeds } = this.#deps;
    let answered: FeedPosition | null = null;
    try {
      return await feeds.devices.duringJoin(device, groupId, async () => {
        const done = await change();
        if (done.ok) await this.#attach(device, groupId, done.result);
        if (done.ok && done.result.status !== 'pending') {
          const { epoch, seq, fromSeq } = done.result;
          answered = { epoch, seq: fromSeq ?? seq };
        }
        return done;
      });
    } finally {
      feeds.correctAfterAnswer(device, groupId, answered);
    }
  }

  /** The change is stored already: a failure here becomes `timeout`, and a retry gets the answer. */
  async #attach(device: Device, groupId: GroupId, done: ChangeDone): Promise<void> {
    try {
      await this.#deps.feeds.attachJoined(device, groupId, done);
    } catch (cause) {
      throw PlenumError.of('timeout', { cause });
    }
  }

  #nudge(
    groupId: GroupId,
    userId: UserId,
    done: ChangeDone,
    type: MembershipPush['type'],
    actor: Actor = userId,
  ): void {
    nudgeDevices(this.#deps, { groupId, userId, done, type, actor });
  }
}

const retentionOf = (
  given: NonNullable<RequestArgs<'update_group'>['retention']> | null,
): GroupRetention | null =>
  given && { maxEntries: given.max_entries ?? null, maxAgeMs: given.max_age_ms ?? null };

/** @returns the group of the request; null: its code leads to no group, or to another one */
function groupToJoin({ group_id: named, invite }: Pick<JoinArgs, 'group_id' | 'invite'>): GroupId | null {
  const linked = invite === undefined ? (named ?? null) : groupOf(invite);
  return named === undefined || named === linked ? linked : null;
}

const notOneself = {
  code: 'invalid_args',
  error: 'user_id must name another user; to leave, use leave_group',
  details: { field: 'user_id' },
} as const;
