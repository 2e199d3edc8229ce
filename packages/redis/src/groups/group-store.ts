/** Groups and members on Redis: each change is one script, each read shows one instant. */
import {
  type BanRow,
  type Bounded,
  type ChangeAdmission,
  type ChangeMembers,
  type ChangeOutcome,
  forgedCursor,
  type GroupActivity,
  type GroupCommand,
  type GroupRecord,
  type GroupSettings,
  type GroupStore,
  type InviteLink,
  type InviteRow,
  type LinkedGroup,
  limitReached,
  type MemberRow,
  type MembersChanged,
  type Membership,
  type Operation,
  PARTITION_COUNT,
  type Page,
  type PageOf,
  PlenumError,
  type Position,
  type Refused,
  refused,
  slowedUntil,
} from '@plenum/core';
import { type GroupId, groupIdSchema, type MemberStatus, type UserId, userIdSchema } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import type { GroupDeps } from '../script-calls/group-header.ts';
import {
  type ChangeReply,
  readLinks,
  readMembers,
  readPosition,
  recallChange,
} from '../script-calls/index.ts';
import { inviteOf, linkOf, standingOf } from '../script-calls/member-record.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls, StateDeps } from '../script-calls/script-calls.ts';
import { joinerOf, moveOf, recallArgs, runChange } from './change-calls.ts';
import { runChangeMembers } from './change-members.ts';
import { lastMessages } from './last-messages.ts';
import { bansPage, invitesPage } from './outsiders.ts';
import { type IndexedGroup, UserIndex } from './user-index.ts';
import { type TakenPlaces, UserQuotas } from './user-quotas.ts';

interface MembersPage {
  readonly cursor: string | null;
  readonly limit: number;
  readonly status: MemberStatus | null;
}

export class RedisGroupStore implements GroupStore {
  readonly #calls: ScriptCalls;
  readonly #deps: GroupDeps;
  readonly #index: UserIndex;
  readonly #quotas: UserQuotas;

  constructor({ calls, keys, random, clock, settings }: StateDeps) {
    this.#calls = calls;
    this.#deps = { keys, random, settings };
    this.#quotas = new UserQuotas({ calls, keys, random, clock, settings });
    this.#index = new UserIndex({ calls, keys, clock, random, settings });
  }

  async change(command: GroupCommand): Promise<ChangeOutcome> {
    const outcome = await this.#run(command, false);
    if (outcome.type === 'admitted') throw PlenumError.of('internal');
    return outcome;
  }

  admit(command: GroupCommand): Promise<ChangeAdmission> {
    return this.#run(command, true);
  }

  changeMembers(command: ChangeMembers): Promise<MembersChanged | Refused> {
    return runChangeMembers(this.#calls, command, { ...this.#deps, index: this.#index });
  }

  async group(groupId: GroupId): Promise<GroupRecord | null> {
    const found = await this.#read(groupId, null);
    if (found === null || found.position.head.isDeleted) return null;
    const { position, createdAtMs, counts, hasLevels } = found;
    const { groupType, settings, head } = position;
    return { groupId, groupType, createdAtMs, counts, head, hasLevels, ...settings };
  }

  async position(groupId: GroupId, userId: UserId | null): Promise<Position | null> {
    return (await this.#read(groupId, userId))?.position ?? null;
  }

  async members(groupId: GroupId, { cursor, limit, status }: MembersPage): Promise<Page<MemberRow> | null> {
    const after = cursor === null ? '0' : placeOf(cursor);
    const { keys } = this.#deps;
    const reply = await this.#calls.read(readMembers, {
      keys: {
        group: keys.group(groupId),
        members: keys.members(groupId),
        receivers: keys.receivers(groupId),
        pending: keys.pending(groupId),
        applications: keys.applications(groupId),
      },
      args: {
        after,
        lists: status === null ? 'all' : status === 'pending' ? 'pending' : 'receivers',
        limit: limit + 1,
      },
    });
    if (reply.type === 'none') return null;
    const seen = reply.details.slice(0, limit);
    const members = seen.flatMap(({ userId, record, note }): MemberRow[] => {
      const { member } = standingOf(record, reply.nowMs);
      return member === null ? [] : [{ userId: userIdSchema.parse(userId), note, ...member }];
    });
    const isLast = reply.details.length <= limit;
    const rows = status === null ? members : members.filter((row) => row.status === status);
    const last = seen.at(-1);
    return { rows, nextCursor: isLast || last === undefined ? null : `m${last.place}` };
  }

  bans(groupId: GroupId, page: PageOf): Promise<Page<BanRow> | null> {
    return bansPage(this.#calls, this.#deps.keys, { groupId, page });
  }

  invites(groupId: GroupId, page: PageOf): Promise<Page<InviteRow> | null> {
    return invitesPage(this.#calls, this.#deps.keys, { groupId, page });
  }

  async memberships(
    userId: UserId,
    { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  ): Promise<Page<Membership>> {
    const after = cursor === null ? null : groupIdSchema.safeParse(cursor);
    if (after?.success === false) throw forgedCursor();
    const candidates = await this.#index.candidates(userId, after?.data ?? null);
    const rows: Membership[] = [];
    for (let at = 0; at < candidates.length; at += limit) {
      const verified = await this.#verify(userId, candidates.slice(at, at + limit));
      rows.push(...verified);
      if (rows.length > limit) break;
    }
    const page = rows.slice(0, limit);
    return { rows: page, nextCursor: rows.length > limit ? (page.at(-1)?.groupId ?? null) : null };
  }

  async activity(userId: UserId): Promise<readonly GroupActivity[]> {
    const candidates = await this.#index.candidates(userId, null);
    const groupIds = candidates.map(({ groupId }) => groupId);
    return lastMessages(this.#calls, this.#deps.keys, { userId, groupIds });
  }

  async membershipsIn(userId: UserId, groupIds: readonly GroupId[]): Promise<readonly Membership[]> {
    const found = await Promise.all(groupIds.map((groupId) => this.#membership(userId, groupId)));
    return found.flatMap((row) => (row === null ? [] : [row]));
  }

  async links(groupId: GroupId): Promise<readonly InviteLink[] | null> {
    const found = await this.#readLinks(groupId, '');
    return found?.links.sort(byAge) ?? null;
  }

  async linked(groupId: GroupId, linkId: string): Promise<LinkedGroup | null> {
    const found = await this.#readLinks(groupId, linkId);
    const link = found?.links[0];
    if (found === null || link === undefined) return null;
    const { groupType, metadata, membersCount } = found;
    return { groupType, metadata, membersCount, link };
  }

  async #readLinks(groupId: GroupId, linkId: string) {
    const { keys } = this.#deps;
    const reply = await this.#calls.read(readLinks, {
      keys: { group: keys.group(groupId), links: keys.links(groupId) },
      args: { linkId },
    });
    if (reply.type === 'none') return null;
    const { records, ...group } = reply.details;
    const links = records.map(([id, text]) => linkOf(id, text, reply.nowMs)).filter((link) => link !== null);
    return { ...group, links };
  }

  list(page: GroupsPage): Promise<Page<GroupId>> {
    return listGroups(this.#calls, this.#deps.keys, page);
  }

  async #run(command: GroupCommand, isTrial: boolean): Promise<ChangeAdmission> {
    const retryAfterMs = command.isAdmitted === true ? 0 : await this.#enter(command);
    if (retryAfterMs > 0) {
      // A repeated request gets its first answer without a token. Only this refusal looks for that answer, so that other
      // changes save the round trip.
      return (await this.#recall(command)) ?? refused({ code: 'rate_limited', retryAfterMs });
    }
    const taken = await this.#quotas.take(command);
    try {
      return await this.#runWithin(command, { isTrial, taken });
    } catch (error) {
      // If nothing was changed, the places are given back. If the outcome is unknown, a later check verifies them.
      if (error instanceof PlenumError && error.failure.code !== 'timeout')
        await this.#quotas.finish(command, taken, null);
      throw error;
    }
  }

  async #runWithin(
    command: GroupCommand,
    { isTrial, taken }: { readonly isTrial: boolean; readonly taken: TakenPlaces },
  ): Promise<ChangeAdmission> {
    const isGroupsFull = taken.full.has('created');
    if (isGroupsFull && command.operation === 'create') {
      return (await this.#recall(command)) ?? this.#groupsFull();
    }
    const run = { ...this.#deps, isTrial, isGroupsFull, isRequestsFull: taken.full.has('requested') };
    const reply = await runChange(this.#calls, command, run);
    const outcome = reply.type === 'groups_full' ? this.#groupsFull() : outcomeOf(reply, command.operation);
    await this.#quotas.finish(command, taken, outcome.type === 'done' ? outcome : null);
    return outcome;
  }

  #groupsFull(): Refused {
    return refused(limitReached('groups', this.#deps.settings.groupsPerUserMax));
  }

  /** Takes a membership token and writes the user's index, before the group's script. @returns 0, or the ms to wait */
  async #enter(command: GroupCommand): Promise<number> {
    const move = moveOf(command);
    const joiner = joinerOf(command);
    const user = move?.userId ?? joiner;
    if (user !== null) this.#prune(user);
    if (move !== null) return this.#index.charge(move);
    if (joiner !== null) await this.#index.add(joiner, command.groupId);
    return 0;
  }

  /**
   * Verifies two random entries of the user's index after each join, leave and create, and removes those of groups that
   * the user is not in. So the index stays about as long as the list of the user's groups. Best effort.
   */
  #prune(userId: UserId): void {
    this.#index
      .samples(userId)
      .then((samples) => this.#verify(userId, samples))
      .catch(() => undefined);
  }

  async #recall(command: GroupCommand): Promise<ChangeOutcome | null> {
    const reply = await this.#calls.read(recallChange, recallArgs(command, this.#deps));
    return reply.type === 'none' ? null : changeOutcomeOf(reply);
  }

  /** @returns the candidates in which the user really is a member, an applicant or invited */
  async #verify(userId: UserId, candidates: readonly IndexedGroup[]): Promise<readonly Membership[]> {
    const verified = await Promise.all(
      candidates.map(async (candidate): Promise<Membership[]> => {
        const row = await this.#membership(userId, candidate.groupId);
        if (row !== null) return [row];
        await this.#index.forget(userId, candidate);
        return [];
      }),
    );
    return verified.flat();
  }

  async #membership(userId: UserId, groupId: GroupId): Promise<Membership | null> {
    const position = await this.position(groupId, userId);
    if (position === null || (position.member === null && position.invite === null)) return null;
    const { groupType, member, invite, head } = position;
    return { groupId, groupType, member, invite, head };
  }

  async #read(groupId: GroupId, userId: UserId | null) {
    const { keys } = this.#deps;
    const reply = await this.#calls.read(readPosition, {
      keys: {
        group: keys.group(groupId),
        members: keys.members(groupId),
        mutes: keys.mutes(groupId),
        log: keys.log(groupId),
        slow: keys.slow(groupId),
        invites: keys.invites(groupId),
        present: keys.present(groupId),
      },
      args: { userId: userId ?? '' },
    });
    if (reply.type === 'none') return null;
    const { head, group } = reply.details;
    const { groupType, createdAtMs, pending, admins, due, lastSentMs } = group;
    const settings = settingsOf(group);
    const { nowMs } = reply;
    const standing = standingOf(group.record, nowMs);
    const slowedUntilMs = slowedUntil(settings, standing.member, { lastMs: lastSentMs, nowMs });
    const invite = standing.isBanned ? null : inviteOf(group.invite, nowMs);
    const position: Position = { groupType, settings, head, ...standing, slowedUntilMs, invite };
    const moderators = group.moderators === 0 ? {} : { moderators: group.moderators };
    const counts = {
      active: group.active + due,
      pending: pending - group.expired,
      muted: group.muted - due,
      admins,
      ...moderators,
    };
    return { position, createdAtMs, counts, hasLevels: group.hasLevels };
  }
}

type StoredGroup = Extract<
  Awaited<ReturnType<typeof readPosition.parse>>,
  { type: 'found' }
>['details']['group'];

const settingsOf = (group: StoredGroup): GroupSettings => ({
  maxMembers: group.maxMembers,
  ephemeral: group.isEphemeral,
  history: group.history,
  metadata: group.metadata,
  ...group.sending,
  editWindowMs: group.editWindowMs,
  acceptsNeeded: group.acceptsNeeded,
  muteSurvivesRejoin: group.muteSurvivesRejoin,
  idReservedMs: group.idReservedMs,
  requestTtlMs: group.requestTtlMs,
});

const byAge = (a: InviteLink, b: InviteLink): number =>
  a.createdAtMs - b.createdAtMs || (a.linkId < b.linkId ? -1 : 1);

type Answer = Exclude<ChangeReply, { type: 'late' | 'groups_full' }>;

const outcomeOf = (reply: Answer, operation: Operation): ChangeAdmission =>
  reply.type === 'admitted' ? { type: 'admitted' } : changeOutcomeOf(reply, boundedBy(operation));

const boundedBy = (operation: Operation): Bounded | 'links' =>
  operation === 'join' ? 'requests' : operation === 'create_link' ? 'links' : 'bans';

function changeOutcomeOf(
  reply: Exclude<Answer, { type: 'admitted' }>,
  bounded: Bounded | 'links' = 'bans',
): ChangeOutcome {
  if (reply.type === 'refused') return refusalOf(reply, bounded);
  return { type: 'done', isDuplicate: reply.type === 'duplicate', ...reply.details };
}

/**
 * Parses a cursor `m<place>`. Also accepts `r<seq>` and `p<seq>` of earlier versions: such a cursor may be stored with a
 * message that still waits for the notifier.
 */
function placeOf(cursor: string): string {
  const [, place] = /^[mrp](\d{1,16}(?:\.\d{1,7})?)$/.exec(cursor) ?? [];
  if (place === undefined) throw forgedCursor();
  return place;
}

interface GroupsPage {
  readonly prefix: string;
  readonly cursor: string | null;
  readonly limit: number;
}

const partitions = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** Sorts after every character of an id. */
const BEHIND_IDS = '\x7f';

/** Reads one page of each partition, and merges them. @throws PlenumError `invalid_args` for a cursor that is no group id */
async function listGroups(
  calls: ScriptCalls,
  keys: Keys,
  { prefix, cursor, limit }: GroupsPage,
): Promise<Page<GroupId>> {
  if (cursor !== null && !groupIdSchema.safeParse(cursor).success) throw forgedCursor();
  const from = cursor === null || cursor < prefix ? `[${prefix}` : `(${cursor}`;
  const pages = await Promise.all(
    partitions.map((partition) =>
      calls.command((redis) =>
        redis.zrangebylex(keys.groupsIn(partition), from, `(${prefix}${BEHIND_IDS}`, 'LIMIT', 0, limit + 1),
      ),
    ),
  );
  const names = pages.flat().sort(byBytes);
  const rows = names.slice(0, limit).map((name) => groupIdSchema.parse(name));
  return { rows, nextCursor: names.length > limit ? (rows.at(-1) ?? null) : null };
}

/** Ids are ASCII, so code units sort as Redis sorts bytes. */
const byBytes = (a: string, b: string): number => (a < b ? -1 : 1);
