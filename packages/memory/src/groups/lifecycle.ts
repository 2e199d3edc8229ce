/** Creates a group (by a create, or by a join of an unused id), changes its settings, and deletes it. */
import {
  type ChangeDone,
  type CreateGroup,
  type DeleteGroup,
  defaultGroupSettings,
  type GroupSettings,
  type JoinGroup,
  type MemberRecord,
  shownAtCreation,
  shownSettings,
  type UpdateGroup,
} from '@plenum/core';
import type { Actor, GroupId, GroupType, UserId } from '@plenum/protocol';
import { GroupEntries } from '../state/group-entries.ts';
import { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { actedBy, goneDone, memberDone, type Step } from './step.ts';

interface NewGroup {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly settings: GroupSettings;
  readonly creator: UserId;
  readonly actor: Actor;
}

export const create = (state: MemoryState, command: CreateGroup, nowMs: number): ChangeDone =>
  begin(state, { ...command, creator: command.actor }, nowMs);

/** Creates a public group with default settings; the joiner is its admin. */
export function createByJoin(state: MemoryState, command: JoinGroup, nowMs: number): ChangeDone {
  const { groupId, actor, userId } = command;
  const group = {
    groupId,
    groupType: 'public',
    settings: defaultGroupSettings,
    creator: userId,
    actor,
  } as const;
  return begin(state, group, nowMs);
}

/** Creates a group with a new epoch. The entry `created` has seq 1, and its user is the first admin. */
function begin(state: MemoryState, created: NewGroup, nowMs: number): ChangeDone {
  const { groupId, groupType, settings, creator, actor } = created;
  const entries = new GroupEntries(groupId, state.random.token(), state.settings);
  const group = new GroupState(
    {
      groupId,
      groupType,
      settings,
      createdAtMs: nowMs,
      creator,
      invitesMax: state.settings.invitesPerGroupMax,
      linksMax: state.settings.linksPerGroupMax,
      onOffline: (ended, userId) => state.publishTransitions(ended, [{ userId, isOnline: false }]),
    },
    entries,
    state.memberships,
  );
  entries.keepLess(settings.retention, nowMs);
  if (settings.membershipEvents === 'counts') entries.beginVersions();
  state.begin(group);
  const roles: MemberRecord['roles'] = ['admin'];
  const shown = shownAtCreation(settings);
  const kind = { group_type: groupType, ...(shown === undefined ? {} : { settings: shown }) };
  const seq = state.record(
    group,
    { type: 'created', user_id: creator, ...actedBy(actor, creator), roles: [...roles], ...kind },
    nowMs,
  );
  const admin: MemberRecord = {
    status: 'active',
    roles,
    joinedAtMs: nowMs,
    sinceSeq: seq,
    mutedUntilMs: null,
  };
  group.put(creator, admin);
  return memberDone(group, admin, seq);
}

/** Changes settings and appends an entry that lists them under their wire names. @param actor null for the service */
export function update(step: Step<UpdateGroup>, actor: MemberRecord | null): ChangeDone {
  const { state, group, command, nowMs } = step;
  group.settings = { ...group.settings, ...command.changes };
  const changes = shownSettings(command.changes);
  if (command.changes.membershipEvents === 'counts') group.log.beginVersions();
  const seq = state.record(group, { type: 'updated', user_id: command.actor, changes }, nowMs);
  group.changedSeq = seq;
  if (command.changes.retention !== undefined) group.log.keepLess(command.changes.retention, nowMs);
  return actor === null ? goneDone(group, seq) : memberDone(group, actor, seq);
}

/** Deletes the group. The entry `deleted` is its last one; the log of the tombstone stays readable. */
export function deleteGroup({ state, group, command, nowMs }: Step<DeleteGroup>): ChangeDone {
  const seq = state.record(group, { type: 'deleted', user_id: command.actor }, nowMs);
  state.end(group, nowMs);
  return goneDone(group, seq);
}
