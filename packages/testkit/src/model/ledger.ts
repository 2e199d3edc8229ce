/** What idempotency demands of every answer, kept without any engine: the first success of a key is its answer for good. */
import type { AppendOutcome, ChangeOutcome } from '@plenum/core';
import { expect } from 'vitest';
import type { Attempt } from '../commands.ts';

type Success = Exclude<ChangeOutcome | AppendOutcome, { outcome: 'refused' }>;
interface Entry {
  readonly payloadHash: string;
  readonly success: Success;
}

const actorOf = (attempt: Attempt) => ('operation' in attempt ? attempt.actor : attempt.sender);
const keyOf = (attempt: Attempt) => JSON.stringify([attempt.groupId, actorOf(attempt), attempt.request.id]);
const isEnsure = (attempt: Attempt) =>
  'operation' in attempt && attempt.operation === 'join' && attempt.ensure;

export class Ledger {
  readonly #entries = new Map<string, Entry>();

  check(attempt: Attempt, outcome: ChangeOutcome | AppendOutcome): void {
    const key = keyOf(attempt);
    const { payloadHash } = attempt.request;
    const first = this.#entries.get(key);
    if (first !== undefined) {
      const isSame = first.payloadHash === payloadHash;
      const conflict = { outcome: 'refused', failure: { code: 'conflict' } };
      expect(outcome).toEqual(isSame ? { ...first.success, isDuplicate: true } : conflict);
    } else if (outcome.outcome === 'refused') {
      expect(outcome.failure.code).not.toBe('conflict');
    } else if (outcome.isDuplicate) {
      expect(isEnsure(attempt)).toBe(true);
    } else {
      this.#entries.set(key, { payloadHash, success: outcome });
    }
  }
}
