/**
 * Limits of groups besides the rules: room in the queue, number of bans, groups and requests, and bytes of one
 * answer.
 */
import { type Failure, limits } from '@plenum/protocol';
import type { Operation } from './commands.ts';

/**
 * How many times `roomQueueLimit` entries may wait for the archive before an operation is refused; null: never
 * refused. With one full queue, messages and most changes are refused, so the group does not grow. Ban and mute work
 * up to twice the limit, because an admin must be able to stop an abuser then. Operations that end a membership, a
 * role, an application or a group are never refused: each ends something that exists, and no new one begins
 * meanwhile.
 */
const queuesFilledBy: Readonly<Record<Operation, 1 | 2 | null>> = {
  create: 1,
  join: 1,
  accept: 1,
  promote: 1,
  transfer: 1,
  unmute: 1,
  unban: 1,
  update: 1,
  invite: 1,
  create_link: 1,
  ban: 2,
  mute: 2,
  demote: null,
  leave: null,
  decline_invite: null,
  revoke_invite: null,
  revoke_link: null,
  reject: null,
  kick: null,
  delete: null,
};

/** @returns the same of a part of `change_members`: it counts as a join if it adds users, else as a kick */
export const queueLimitOfMembers = (isAdding: boolean, roomQueueLimit: number): number | null =>
  queueLimitOf(isAdding ? 'join' : 'kick', roomQueueLimit);

/** @returns the number of waiting entries at which the operation is refused; null: never */
export function queueLimitOf(operation: Operation, roomQueueLimit: number): number | null {
  const queues = queuesFilledBy[operation];
  return queues === null ? null : queues * roomQueueLimit;
}

const bounded = {
  bans: {
    field: 'user_id',
    sentence: (limit: number) => `This group holds ${limit} bans, which is the limit`,
  },
  groups: {
    field: 'group_id',
    sentence: (limit: number) => `You have created ${limit} groups that still exist, which is the limit`,
  },
  requests: {
    field: 'group_id',
    sentence: (limit: number) => `You wait for acceptance in ${limit} groups, which is the limit`,
  },
} as const;
export type Bounded = keyof typeof bounded;

/** The refusal of a change that would exceed a limit. */
export function limitReached(kind: Bounded, limit: number): Failure {
  const { field, sentence } = bounded[kind];
  return { code: 'limit_reached', error: sentence(limit), details: { field, limit } };
}

/** The refusal of an invite to a group that has as many open ones as it may. */
export const invitesFull = (limit: number): Failure => ({
  code: 'too_many_invites',
  details: { field: 'user_id', limit },
});

/** The refusal of an invite link in a group that has as many as it may. */
export const linksFull = (limit: number): Failure => ({
  code: 'too_many_invites',
  error: 'This group holds as many invite links as it may',
  details: { field: 'group_id', limit },
});

/**
 * @returns how many of the rows, in their order, fit into `limits.answerMaxBytes` of JSON text; at least one, so that
 * paging always advances
 */
function rowsPerAnswer<T>(rows: readonly T[], bytesOf: (row: T) => number): number {
  let bytes = 0;
  for (const [at, row] of rows.entries()) {
    bytes += bytesOf(row);
    if (at > 0 && bytes > limits.answerMaxBytes) return at;
  }
  return rows.length;
}

/** The first rows that fit into one answer. */
export function firstPerAnswer<T>(rows: readonly T[], bytesOf: (row: T) => number): readonly T[] {
  const count = rowsPerAnswer(rows, bytesOf);
  return count === rows.length ? rows : rows.slice(0, count);
}

/** The last rows that fit into one answer, in the same order. */
export function lastPerAnswer<T>(rows: readonly T[], bytesOf: (row: T) => number): readonly T[] {
  const count = rowsPerAnswer(rows.toReversed(), bytesOf);
  return count === rows.length ? rows : rows.slice(-count);
}
