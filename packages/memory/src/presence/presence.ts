/** The ports `Presence` and `PresenceHousekeeping` in memory. */
import {
  type EndedGroup,
  type HostedUser,
  type Presence,
  type PresenceChange,
  type PresenceHousekeeping,
  partitionOf,
  type Refused,
  refused,
} from '@plenum/core';
import { type GroupId, SERVICE, type UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import { endDueMutes } from '../groups/due-mutes.ts';
import { refusalOf } from '../groups/facts.ts';
import { departed } from '../groups/membership.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

const absencesPerRound = 100;
/** The key of a user in a group; an id contains no space. */
const nameOf = (groupId: GroupId, userId: UserId): string => `${groupId} ${userId}`;

interface Absence extends HostedUser {
  readonly endsAtMs: number;
}

export class MemoryPresence implements Presence, PresenceHousekeeping {
  readonly #state: MemoryState;
  readonly #defer: Defer;
  readonly #hosted = new Map<string, Map<string, HostedUser>>();
  readonly #absences = new Map<string, Absence>();

  constructor(state: MemoryState, defer: Defer) {
    this.#state = state;
    this.#defer = defer;
  }

  change(change: PresenceChange): Promise<void> {
    return this.#defer(() => this.#change(change));
  }

  online(groupId: GroupId, limit: number) {
    return this.#defer(() => {
      const presence = this.#state.groups.get(groupId)?.presence;
      return { users: presence?.users(limit) ?? [], count: presence?.count ?? 0 };
    });
  }

  onlineAmong(groupId: GroupId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    return this.#defer(() => {
      const presence = this.#state.groups.get(groupId)?.presence;
      return new Set(userIds.filter((userId) => presence?.has(userId) === true));
    });
  }

  typing(groupId: GroupId, userId: UserId): Promise<Refused | null> {
    return this.#defer(() => {
      const nowMs = this.#state.now();
      const group = this.#state.groups.get(groupId);
      const failure =
        group === undefined
          ? ({ code: 'group_not_found' } as const)
          : refusalOf('send', userId, { group, nowMs });
      if (failure !== null) return refused(failure);
      this.#state.publishEphemeral(groupId, [
        { event: 'typing', payload: { group_id: groupId, user_id: userId } },
      ]);
      return null;
    });
  }

  countHosted(nodeId: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return this.#defer(() => {
      const counts = new Map(partitions.map((partition) => [partition, 0]));
      for (const { groupId } of this.#hosted.get(nodeId)?.values() ?? []) {
        const count = counts.get(partitionOf(groupId));
        if (count !== undefined) counts.set(partitionOf(groupId), count + 1);
      }
      return counts;
    });
  }

  hosted(nodeId: string, partition: number): Promise<readonly HostedUser[]> {
    return this.#defer(() => this.#hostedIn(nodeId, partition));
  }

  hostingNodes(partition: number): Promise<readonly string[]> {
    return this.#defer(() =>
      [...this.#hosted.keys()].filter((nodeId) => this.#hostedIn(nodeId, partition).length > 0),
    );
  }

  endAbsences(partition: number): Promise<readonly EndedGroup[]> {
    return this.#defer(() => this.endDue((groupId) => partitionOf(groupId) === partition));
  }

  /** Ends due absences. @returns the groups that have ended with them */
  endDue(isMeant: (groupId: GroupId) => boolean = () => true): readonly EndedGroup[] {
    const nowMs = this.#state.now();
    const due = [...this.#absences.values()]
      .filter(({ groupId, endsAtMs }) => endsAtMs <= nowMs && isMeant(groupId))
      .slice(0, absencesPerRound);
    return due.flatMap((absence) => this.#end(absence, nowMs) ?? []);
  }

  #hostedIn(nodeId: string, partition: number): HostedUser[] {
    const all = this.#hosted.get(nodeId)?.values() ?? [];
    return [...all].filter(({ groupId }) => partitionOf(groupId) === partition);
  }

  #change({ groupId, nodeId, came, went }: PresenceChange): void {
    const nowMs = this.#state.now();
    const group = this.#state.groups.get(groupId);
    const isReceiver = (userId: UserId) => isReceiverIn(group, userId, nowMs);
    const here = came.filter(isReceiver);
    const gone = [...went, ...came.filter((userId) => !isReceiver(userId))];
    const hosted = this.#hosted.get(nodeId) ?? new Map<string, HostedUser>();
    this.#hosted.set(nodeId, hosted);
    for (const userId of here) hosted.set(nameOf(groupId, userId), { groupId, userId });
    for (const userId of gone) hosted.delete(nameOf(groupId, userId));
    if (hosted.size === 0) this.#hosted.delete(nodeId);
    if (group !== undefined) this.#applyTransitions(group, { nodeId, here, gone });
  }

  #applyTransitions(
    group: GroupState,
    { nodeId, here, gone }: Record<'here' | 'gone', readonly UserId[]> & { readonly nodeId: string },
  ): void {
    const { groupId, presence, settings } = group;
    const nowMs = this.#state.now();
    for (const userId of here) this.#absences.delete(nameOf(groupId, userId));
    const online = here.filter((userId) => presence.addNode(userId, nodeId));
    const offline = gone.filter((userId) => presence.removeNode(userId, nodeId));
    const endsAtMs = nowMs + this.#state.settings.absenceMs;
    for (const userId of offline) {
      if (!settings.ephemeral || !isReceiverIn(group, userId, nowMs)) continue;
      this.#absences.set(nameOf(groupId, userId), { groupId, userId, endsAtMs });
    }
    this.#state.publishTransitions(group, [
      ...online.map((userId) => ({ userId, isOnline: true })),
      ...offline.map((userId) => ({ userId, isOnline: false })),
    ]);
  }

  /** @returns the group if it has ended with the membership */
  #end({ groupId, userId, endsAtMs }: Absence, nowMs: number): EndedGroup | null {
    this.#absences.delete(nameOf(groupId, userId));
    const group = this.#state.groups.get(groupId);
    if (group === undefined) return null;
    endDueMutes(this.#state, group, { users: [userId], nowMs });
    const member = group.member(userId, nowMs);
    const hasJoinedSince = member !== null && member.joinedAtMs > endsAtMs - this.#state.settings.absenceMs;
    if (!isReceiverIn(group, userId, nowMs) || hasJoinedSince || group.presence.has(userId)) return null;
    departed({ state: this.#state, group, nowMs }, userId, { actor_id: SERVICE, reason: 'absence' });
    const { uninvited, log } = group;
    return group.isDeleted ? { groupId, epoch: log.epoch, seq: log.seq, atMs: nowMs, uninvited } : null;
  }
}

function isReceiverIn(group: GroupState | undefined, userId: UserId, nowMs: number): boolean {
  const member = group?.member(userId, nowMs) ?? null;
  return member !== null && member.status !== 'pending';
}
