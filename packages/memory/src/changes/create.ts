import type { ChangeDone, CreateGroup, MemberRecord } from '@plenum/core';
import { GroupEntries } from '../group-entries.ts';
import { GroupState } from '../group-state.ts';
import type { MemoryState } from '../memory-state.ts';
import { standsAs } from './step.ts';

/** A new epoch; `created` is entry 1 and its actor the first admin. */
export function create(state: MemoryState, command: CreateGroup, nowMs: number): ChangeDone {
  const { groupId, groupType, settings, actor } = command;
  const entries = new GroupEntries(groupId, state.random.token(), state.settings);
  const group = new GroupState(
    { groupId, groupType, settings, createdAtMs: nowMs },
    entries,
    state.memberships,
  );
  state.begin(group);
  const seq = state.record(group, { type: 'created', user_id: actor, roles: ['admin'] }, nowMs);
  const creator: MemberRecord = {
    status: 'active',
    roles: ['admin'],
    joinedAtMs: nowMs,
    sinceSeq: seq,
    mutedUntilMs: null,
  };
  group.put(actor, creator);
  return standsAs(group, creator, seq);
}
