/** Operations that read groups, and the check of who may read them. */
import {
  type Failure,
  type GroupId,
  type GroupInfo,
  limits,
  type RequestArgs,
  type RequestResult,
  type RequestType,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import { authorize } from '../adapters/guards.ts';
import {
  bannedFailure,
  type GroupRecord,
  isoTime,
  type MemberRow,
  mayAccept,
  type Page,
  type Position,
  retentionView,
} from '../groups/records.ts';
import { messageId } from '../log/entry.ts';
import { isGoodPosition } from '../log/epoch-chain.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { partitionOf } from '../partitions.ts';
import type { Rooms } from '../ports/engine.ts';
import { readHistoryPage } from './history-page.ts';
import type { Caller, OperationDeps } from './operations.ts';
import { OwnGroups, ownNotifications, ownStatus } from './own-groups.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

const memberView = (row: Pick<MemberRow, 'roles' | 'status' | 'joinedAtMs'>) => ({
  roles: [...row.roles],
  status: row.status,
  joined_at: isoTime(row.joinedAtMs),
});

export class Reads {
  readonly #deps: OperationDeps;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  get_group_info = async (
    caller: Caller,
    args: RequestArgs<'get_group_info'>,
  ): Promise<Outcome<GroupInfo>> => {
    const { groups } = this.#deps.engine;
    const position = await groups.position(args.group_id, userOf(caller));
    if (position === null || position.head.isDeleted) return fail({ code: 'group_not_found' });
    const { member } = position;
    const mine: Pick<GroupInfo, 'me'> =
      caller.actor === SERVICE
        ? {}
        : { me: { status: ownStatus(position) ?? 'none', roles: [...(member?.roles ?? [])] } };
    const outside = { group_id: args.group_id, group_type: position.groupType, ...mine };
    if (refusalFor(caller, position) !== null) return succeed(outside);
    const [group, own] = await Promise.all([
      groups.group(args.group_id),
      caller.actor === SERVICE ? {} : this.#notifications(args.group_id, caller.actor),
    ]);
    if (group === null || !isGoodPosition(position.head.epoch, position.head.seq, group.head)) {
      return fail({ code: 'group_not_found' });
    }
    const members = args.include_members ? await this.#infoMembers(args.group_id) : {};
    const pins = await this.#pins(args.group_id, firstReadableSeq(position));
    const me = mine.me === undefined ? {} : { me: { ...mine.me, ...own } };
    return succeed({
      ...outside,
      ...me,
      ...settingsView(group, this.#deps.engine.rooms),
      ...pins,
      ...members,
    });
  };

  list_members = async (caller: Caller, args: RequestArgs<'list_members'>): Result<'list_members'> => {
    const position = await this.#deps.engine.groups.position(args.group_id, userOf(caller));
    const refusal = refusalFor(caller, position);
    if (refusal !== null) return fail(refusal);
    const maySeeNotes =
      caller.actor === SERVICE || (position !== null && mayAccept(position.groupType, position.member));
    const page = await this.#membersPage(args);
    if (page === null) return fail({ code: 'group_not_found' });
    const users = page.rows.map(({ userId }) => userId);
    const online = await this.#deps.engine.presence.onlineAmong(args.group_id, users);
    const members = page.rows.map((row) => ({
      user_id: row.userId,
      ...memberView(row),
      online: online.has(row.userId),
      ...(row.note === null || !maySeeNotes ? {} : { note: row.note }),
    }));
    return succeed({ members, next_cursor: page.nextCursor });
  };

  /** @returns null if there is no such group */
  async #membersPage(args: RequestArgs<'list_members'>): Promise<Page<MemberRow> | null> {
    const { groups } = this.#deps.engine;
    const { group_id: groupId, cursor = null, limit, status = null, user_id: userId } = args;
    if (userId === undefined) return groups.members(groupId, { cursor, limit, status });
    const position = await groups.position(groupId, userId);
    if (position === null) return null;
    const { member } = position;
    const isListed = member !== null && (status === null || member.status === status);
    return { rows: isListed ? [{ ...member, userId, note: null }] : [], nextCursor: null };
  }

  list_groups = async (caller: Caller, args: RequestArgs<'list_groups'>): Result<'list_groups'> => {
    if (caller.actor === SERVICE)
      return fail({ code: 'forbidden', error: 'The service itself has no groups' });
    const page = { cursor: args.cursor ?? null, limit: args.limit };
    const lists = new OwnGroups(this.#deps, caller.actor);
    return succeed(args.order === 'activity' ? await lists.byActivity(page) : await lists.byId(page));
  };

  /** Lists groups of the whole cluster, for operators. */
  find_groups = async (caller: Caller, args: RequestArgs<'find_groups'>): Result<'find_groups'> => {
    if (caller.actor !== SERVICE) return fail({ code: 'forbidden' });
    const { prefix = '', cursor = null, limit } = args;
    const page = await this.#deps.engine.groups.list({ prefix, cursor, limit });
    return succeed({ groups: page.rows.map((group_id) => ({ group_id })), next_cursor: page.nextCursor });
  };

  /**
   * Reads the position first and the entries later, and leaves out entries after the head at which the caller was a
   * member.
   */
  history = async (caller: Caller, args: RequestArgs<'history'>): Result<'history'> => {
    const { engine } = this.#deps;
    const position = await engine.groups.position(args.group_id, userOf(caller));
    const refusal = refusalFor(caller, position);
    if (position === null || refusal !== null) return fail(refusal ?? { code: 'group_not_found' });
    const attempt = { actor: caller.actor, groupId: args.group_id, action: 'history' } as const;
    const denied = await authorize(this.#deps.auth, attempt);
    if (denied !== null) return fail(denied);
    const { head, member, settings } = position;
    const firstSeq = firstReadableSeq({ settings, member });
    const reader = userOf(caller);
    const { group_id: groupId, after, before, limit } = args;
    const sources = { engine, archive: this.#deps.archive };
    const page = await readHistoryPage(sources, { groupId, head, reader, firstSeq, after, before, limit });
    if (page.type === 'unavailable') return fail({ code: 'unavailable' });
    if (page.type === 'gone') return fail({ code: 'group_not_found' });
    return succeed({
      entries: [...page.entries],
      epoch: head.epoch,
      head_seq: head.seq,
      oldest_seq: page.oldestSeq,
    });
  };

  async #notifications(groupId: GroupId, userId: UserId) {
    const mark = await this.#deps.engine.readMarks.of(groupId, userId);
    return mark === null ? {} : ownNotifications(mark);
  }

  async #pins(groupId: GroupId, firstSeq: number): Promise<Pick<GroupInfo, 'pinned'>> {
    const pins = await this.#deps.engine.messageChanges.pins(groupId);
    const pinned = pins
      .filter(({ seq }) => seq >= firstSeq)
      .map(({ epoch, seq, pinnedBy, pinnedAtMs }) => ({
        message_id: messageId(epoch, seq),
        seq,
        pinned_by: pinnedBy,
        pinned_at: isoTime(pinnedAtMs),
      }));
    return pinned.length === 0 ? {} : { pinned };
  }

  async #infoMembers(groupId: GroupId): Promise<Pick<GroupInfo, 'members' | 'truncated'>> {
    const rows: MemberRow[] = [];
    let cursor: string | null = null;
    do {
      const page = await this.#deps.engine.groups.members(groupId, {
        cursor,
        limit: limits.pageMax,
        status: null,
      });
      rows.push(...(page?.rows ?? []));
      cursor = page?.nextCursor ?? null;
    } while (cursor !== null && rows.length < limits.infoMembersMax);
    const members = Object.fromEntries(
      rows.slice(0, limits.infoMembersMax).map((row) => [row.userId, memberView(row)]),
    );
    return {
      members,
      ...(cursor === null && rows.length <= limits.infoMembersMax ? {} : { truncated: true }),
    };
  }
}

/** The first seq that a reader may read; the service has no record, and may read all. */
export const firstReadableSeq = ({ settings, member }: Pick<Position, 'settings' | 'member'>): number =>
  settings.history === 'all' ? 0 : (member?.sinceSeq ?? 0);

export const userOf = (caller: Caller) => (caller.actor === SERVICE ? null : caller.actor);

/** The `read` row of the rules: not found, banned, not a member, pending. The service may read everything. */
export function refusalFor(caller: Caller, position: Position | null): Failure | null {
  if (position === null || position.head.isDeleted) return { code: 'group_not_found' };
  if (caller.actor === SERVICE) return null;
  if (position.isBanned) return bannedFailure(position.bannedUntilMs);
  if (position.member === null) return { code: 'not_a_member' };
  return position.member.status === 'pending' ? { code: 'pending_membership' } : null;
}

const settingsView = (group: GroupRecord, rooms: Rooms): Partial<GroupInfo> => ({
  epoch: group.head.epoch,
  seq: group.head.seq,
  counts: group.counts,
  created_at: isoTime(group.createdAtMs),
  metadata: group.metadata === null ? null : JSON.parse(group.metadata),
  max_members: group.maxMembers,
  history: group.history,
  ephemeral: group.ephemeral,
  posting: group.posting,
  slow_mode_ms: group.slowModeMs,
  edit_window_ms: group.editWindowMs,
  accepts_needed: group.acceptsNeeded,
  mute_survives_rejoin: group.muteSurvivesRejoin,
  id_reserved_ms: group.idReservedMs,
  retention: retentionView(group.retention),
  request_ttl_ms: group.requestTtlMs,
  membership_events: group.membershipEvents,
  partition: partitionOf(group.groupId),
  room: rooms.groupRoom(group.groupId),
});
