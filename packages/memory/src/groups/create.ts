/** How a group begins: by a create, or by a join of an id that names no group. */
import type { ChangeDone, CreateGroup, GroupSettings, JoinGroup, MemberRecord } from '@plenum/core';
import type { Actor, GroupId, GroupType, UserId } from '@plenum/protocol';
import { GroupEntries } from '../state/group-entries.ts';
import { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { actedBy, standsAs } from './step.ts';

interface Birth {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly settings: GroupSettings;
  readonly creator: UserId;
  readonly actor: Actor;
}

export const create = (state: MemoryState, command: CreateGroup, nowMs: number): ChangeDone =>
  begin(state, { ...command, creator: command.actor }, nowMs);

/** The joiner creates a public group as it is by default, and is its admin. */
export function createByJoin(state: MemoryState, command: JoinGroup, nowMs: number): ChangeDone {
  const { groupId, actor, userId } = command;
  const settings: GroupSettings = { maxMembers: null, ephemeral: false, history: 'all', metadata: null };
  return begin(state, { groupId, groupType: 'public', settings, creator: userId, actor }, nowMs);
}

/** A new epoch; `created` is entry 1 and its user the first admin. */
function begin(state: MemoryState, birth: Birth, nowMs: number): ChangeDone {
  const { groupId, groupType, settings, creator, actor } = birth;
  const entries = new GroupEntries(groupId, state.random.token(), state.settings);
  const group = new GroupState(
    {
      groupId,
      groupType,
      settings,
      createdAtMs: nowMs,
      creator,
      onOffline: (ended, userId) => state.tellTurns(ended, [{ userId, isOnline: false }]),
    },
    entries,
    state.memberships,
  );
  state.begin(group);
  const roles: MemberRecord['roles'] = ['admin'];
  const seq = state.record(
    group,
    { type: 'created', user_id: creator, ...actedBy(actor, creator), roles: [...roles] },
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
  return standsAs(group, admin, seq);
}
