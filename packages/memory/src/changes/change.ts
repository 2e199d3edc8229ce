/** One command from the first check to the remembered answer: the rule table of core, then the effect. */
import {
  type ChangeDone,
  type ChangeOutcome,
  type Facts,
  firstRefusal,
  type GroupCommand,
  refused,
} from '@plenum/core';
import { type Actor, SERVICE, type UserId } from '@plenum/protocol';
import type { GroupState } from '../group-state.ts';
import type { MemoryState } from '../memory-state.ts';
import { settle } from '../settle.ts';
import { create } from './create.ts';
import { deleteGroup } from './delete.ts';
import { join } from './join.ts';
import { leave } from './leave.ts';
import { standsAs } from './step.ts';
import { accept, mute, remove, unmute } from './targeted.ts';

const userOf = (actor: Actor): UserId | null => (actor === SERVICE ? null : actor);
const subjectOf = (command: GroupCommand): UserId | null =>
  'userId' in command ? command.userId : userOf(command.actor);

export function change(state: MemoryState, command: GroupCommand): ChangeOutcome {
  const nowMs = state.now();
  const first = state.requests.recall(command, nowMs);
  if (first !== null) return first.outcome === 'appended' ? refused({ code: 'conflict' }) : first;
  const group = state.groups.get(command.groupId) ?? null;
  if (group !== null) {
    const users = [userOf(command.actor), subjectOf(command)].filter((userId) => userId !== null);
    settle(state, group, { users, nowMs });
    const present = presentMember(group, command, nowMs);
    if (present !== null) return present;
  }
  const facts = factsOf(group, command, nowMs);
  const refusal = firstRefusal(command.operation, facts, rowOf(command));
  if (refusal !== null) return refused(refusal);
  const done = group === null ? begin(state, command, nowMs) : apply({ state, group, nowMs }, command);
  state.requests.remember(command, done, nowMs);
  return done;
}

/** `ensure`: whoever has any status keeps it, and nothing is written. */
function presentMember(group: GroupState, command: GroupCommand, nowMs: number): ChangeDone | null {
  if (command.operation !== 'join' || !command.ensure) return null;
  const member = group.member(command.userId, nowMs);
  return member === null ? null : { ...standsAs(group, member, group.log.seq), isDuplicate: true };
}

/** The service admits into any group under the rules of a public one. */
const rowOf = (command: GroupCommand) =>
  command.operation === 'join' && command.admit ? 'public' : undefined;

function factsOf(group: GroupState | null, command: GroupCommand, nowMs: number): Facts {
  const actor = userOf(command.actor);
  const subject = subjectOf(command);
  return {
    group: group && {
      groupType: group.groupType,
      counts: group.counts(nowMs),
      maxMembers: group.settings.maxMembers,
    },
    actor: command.actor,
    actorRecord: actor && (group?.member(actor, nowMs) ?? null),
    subjectRecord: subject && (group?.member(subject, nowMs) ?? null),
    isSubjectBanned: false,
    nowMs,
  };
}

function begin(state: MemoryState, command: GroupCommand, nowMs: number): ChangeDone {
  if (command.operation !== 'create') throw unchecked(command);
  return create(state, command, nowMs);
}

function apply(
  at: { readonly state: MemoryState; readonly group: GroupState; readonly nowMs: number },
  command: GroupCommand,
): ChangeDone {
  const subject = subjectOf(command);
  const record = subject && at.group.member(subject, at.nowMs);
  if (command.operation === 'join') return join({ ...at, command });
  if (command.operation === 'delete') return deleteGroup({ ...at, command });
  if (record === null) throw unchecked(command);
  switch (command.operation) {
    case 'leave':
      return leave({ ...at, command });
    case 'accept':
      return accept({ ...at, command }, record);
    case 'reject':
      return remove({ ...at, command }, 'rejected');
    case 'kick':
      return remove({ ...at, command }, 'kicked');
    case 'mute':
      return mute({ ...at, command }, record);
    case 'unmute':
      return unmute({ ...at, command }, record);
    case 'create':
      throw unchecked(command);
  }
}

/** The rule table let something through that it has to refuse. */
const unchecked = ({ operation }: GroupCommand) => new Error(`the rule table does not guard ${operation}`);
