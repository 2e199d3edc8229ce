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
  type GroupStore,
  type InviteLink,
  type InviteRow,
  type LinkedGroup,
  limitReached,
  type MemberRow,
  type MembersChanged,
  type Membership,
  type Operation,
  type Page,
  type PageOf,
  PlenumError,
  type Position,
  type Refused,
  refused,
  type Standings,
} from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { GroupDeps } from '../script-calls/group-header.ts';
import { type ChangeReply, recallChange } from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls, StateDeps } from '../script-calls/script-calls.ts';
import { joinerOf, moveOf, recallArgs, runChange } from './change-calls.ts';
import { runChangeMembers } from './change-members.ts';
import { readGroup, readStandingsOf } from './group-reading.ts';
import { type GroupsPage, groupsPage } from './groups-page.ts';
import { linkedGroup, linksOf } from './invite-links.ts';
import { lastMessages } from './last-messages.ts';
import { type MembersPage, membersPage } from './members-page.ts';
import { bansPage, invitesPage } from './outsiders.ts';
import { type IndexedGroup, UserIndex } from './user-index.ts';
import { type TakenPlaces, UserQuotas } from './user-quotas.ts';

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

  members(groupId: GroupId, page: MembersPage): Promise<Page<MemberRow> | null> {
    return membersPage(this.#calls, this.#deps.keys, { groupId, page });
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

  async groupIdsOf(userId: UserId, { cursor, limit }: PageOf): Promise<Page<GroupId>> {
    const after = cursor === null ? null : groupIdSchema.safeParse(cursor);
    if (after?.success === false) throw forgedCursor();
    const candidates = await this.#index.candidates(userId, after?.data ?? null);
    const rows = candidates.slice(0, limit).map(({ groupId }) => groupId);
    return { rows, nextCursor: candidates.length > limit ? (rows.at(-1) ?? null) : null };
  }

  standings(
    groupId: GroupId,
    wanted: { readonly userIds: readonly UserId[]; readonly wholeMax: number },
  ): Promise<Standings | null> {
    return readStandingsOf(this.#calls, this.#deps.keys, { groupId, ...wanted });
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

  links(groupId: GroupId): Promise<readonly InviteLink[] | null> {
    return linksOf(this.#calls, this.#deps.keys, groupId);
  }

  linked(groupId: GroupId, linkId: string): Promise<LinkedGroup | null> {
    return linkedGroup(this.#calls, this.#deps.keys, { groupId, linkId });
  }

  list(page: GroupsPage): Promise<Page<GroupId>> {
    return groupsPage(this.#calls, this.#deps.keys, page);
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

  #read(groupId: GroupId, userId: UserId | null) {
    return readGroup(this.#calls, this.#deps.keys, { groupId, userId });
  }
}

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
