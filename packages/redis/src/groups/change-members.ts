/** Runs one part of `change_members`: the index of every added user first, then the group's script. */
import {
  bannedFailure,
  type ChangeMembers,
  type MemberOutcome,
  type MembersChanged,
  noApplicants,
  partRequest,
  queueLimitOfMembers,
  type Refused,
} from '@plenum/core';
import { errorCodes, type Failure, limits, type MemberStatus, SERVICE, type UserId } from '@plenum/protocol';
import { z } from 'zod';
import { type GroupDeps, groupArgValues } from '../script-calls/group-header.ts';
import { escapeForJson, changeMembers as script } from '../script-calls/index.ts';
import { letterOfRole, memberStatusOf, rolesOf } from '../script-calls/member-record.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { changeKeyValues } from './change-calls.ts';
import type { UserIndex } from './user-index.ts';

interface Deps extends GroupDeps {
  readonly index: UserIndex;
}

const letterOf = { active: 'a', pending: 'p', muted: 'm' } as const satisfies Record<MemberStatus, string>;

export async function runChangeMembers(
  calls: ScriptCalls,
  command: ChangeMembers,
  deps: Deps,
): Promise<MembersChanged | Refused> {
  const { groupId, add } = command;
  await Promise.all(add.map(({ userId }) => deps.index.add(userId, groupId)));
  const request = partRequest(command);
  const reply = await calls.change(script, {
    keys: changeKeyValues({ groupId, actor: SERVICE, request }, deps.keys),
    args: (deadlineMs) => ({ ...argsOf(command, deps), deadlineMs }),
  });
  if (reply.type === 'refused') return refusalOf(reply);
  const { answers, epoch, seq } = reply.details;
  const users = [...add.map(({ userId }) => userId), ...command.remove];
  const outcomes = users.map((userId, index) => outcomeOf(userId, answers[index] ?? ''));
  return {
    type: 'members_changed',
    isDuplicate: reply.type === 'duplicate',
    added: outcomes.slice(0, add.length),
    removed: outcomes.slice(add.length),
    epoch,
    seq,
  };
}

function argsOf({ groupId, request, add, remove }: ChangeMembers, deps: GroupDeps) {
  const { isQueueCounted, roomQueueLimit } = deps.settings;
  return {
    ...groupArgValues(groupId, deps),
    userId: SERVICE,
    actor: SERVICE,
    requestId: escapeForJson(request.id),
    payloadHash: request.payloadHash,
    rememberMs: request.rememberMs,
    ratePerSec: '',
    rateBurst: '',
    queueLimit: (isQueueCounted ? queueLimitOfMembers(add.length > 0, roomQueueLimit) : null) ?? '',
    isTrial: '0',
    added: add
      .map(({ userId, status, role }) => `${userId};${letterOf[status]};${letterOfRole[role]}`)
      .join(' '),
    removed: remove.join(' '),
    pendingMax: limits.pendingMax,
  };
}

const codeSchema = z.enum(errorCodes);
const successWord = z.tuple([z.enum(['a', 'p', 'm']), z.enum(['a', 'o', 'm']), z.literal('u').optional()]);

/** @param word `am`, `amu`, `x` or `!banned:1767225600000`: see lua/change-members.lua. @throws Error for any other word */
function outcomeOf(userId: UserId, word: string): MemberOutcome {
  if (word === 'x') return { type: 'done', userId, status: 'none', roles: [] };
  if (word.startsWith('!')) return { type: 'refused', userId, failure: failureOf(word.slice(1)) };
  const [status, role, unlisted] = successWord.parse([...word]);
  const done = { type: 'done', userId, status: memberStatusOf[status], roles: rolesOf[role] } as const;
  return unlisted === undefined ? done : { ...done, isUnlisted: true };
}

function failureOf(words: string): Failure {
  const [name, untilMs] = words.split(':');
  const code = codeSchema.parse(name);
  if (code === 'banned') return bannedFailure(untilMs === undefined ? null : Number(untilMs));
  return code === 'invalid_args' ? noApplicants : { code };
}
