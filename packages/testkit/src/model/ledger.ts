/** Checks idempotency without an engine: the first success of a request id is its answer while the same log exists. */
import type { LogHead } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { expect } from 'vitest';
import { type Attempt, isMessageCommand } from './message-asks.ts';
import type { Answer } from './side.ts';

type Success = Exclude<Answer, { type: 'refused' }>;
interface Entry {
  readonly payloadHash: string;
  readonly success: Success;
}

function actorOf(attempt: Attempt): string {
  if ('part' in attempt) return SERVICE;
  return 'operation' in attempt ? attempt.actor : attempt.sender;
}
const keyOf = (attempt: Attempt) => JSON.stringify([attempt.groupId, actorOf(attempt), attempt.request.id]);
const isEnsure = (attempt: Attempt) =>
  'operation' in attempt && attempt.operation === 'join' && attempt.ensure;
/** A second accept of one user changes nothing. */
const isAccept = (attempt: Attempt) => 'operation' in attempt && attempt.operation === 'accept';

/**
 * Decides whether the first answer of a request id is still valid: for most requests in its own log, for one that creates a
 * group while the group exists, for a delete always.
 */
function counts({ payloadHash, success }: Entry, attempt: Attempt, head: LogHead | null): boolean {
  const operation = 'operation' in attempt ? attempt.operation : 'send';
  if (operation === 'delete' && payloadHash === attempt.request.payloadHash) return true;
  if (success.epoch !== head?.epoch) return false;
  const mayBegin =
    operation === 'create' ||
    ('createsPublic' in attempt && attempt.createsPublic && !attempt.admit && attempt.linkId === null);
  return !(mayBegin && head.isDeleted);
}

/** True if every user of a `change_members` was refused: that is remembered as little as any refusal. */
export const hasChangedNothing = (outcome: Answer): boolean =>
  outcome.type === 'members_changed' &&
  [...outcome.added, ...outcome.removed].every(({ type }) => type === 'refused');

/** What a repeated request gets: only the first answer names the users whose invites have ended with the group. */
export function answeredAgain<A extends Answer>(first: A): A {
  if (!('uninvited' in first)) return first;
  const { uninvited: _, ...answer } = first;
  return answer as A;
}

export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** @param head the head of the log before the request, also of a deleted group */
  check(attempt: Attempt, outcome: Answer, head: LogHead | null): void {
    const key = keyOf(attempt);
    const { payloadHash } = attempt.request;
    const first = this.#entries.get(key);
    if (first !== undefined && counts(first, attempt, head)) {
      const isSame = first.payloadHash === payloadHash;
      const conflict = { type: 'refused', failure: { code: 'conflict' } };
      expect(outcome).toEqual(isSame ? { ...first.success, isDuplicate: true } : conflict);
    } else if (outcome.type === 'refused') {
      // The other conflict is that of `if_seq`.
      if (outcome.failure.details?.field !== 'if_seq') expect(outcome.failure.code).not.toBe('conflict');
    } else if (outcome.isDuplicate) {
      expect(isEnsure(attempt) || isAccept(attempt) || isMessageCommand(attempt)).toBe(true);
    } else if (!hasChangedNothing(outcome)) {
      this.#entries.set(key, { payloadHash, success: answeredAgain(outcome) });
    }
  }
}
