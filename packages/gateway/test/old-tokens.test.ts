/**
 * A token older than the time for which revocations are kept is refused: no node could know whether it was revoked.
 */
import { type Authentication, type Authenticator, type Revocations, tokenLifeMaxMs } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { withRevocationCheck } from '../src/sockets/revocation-check.ts';

const nowMs = 2_000_000_000_000;
const userId = userIdSchema.parse('ann');
const none: Revocations = { revoke: async () => nowMs, revokedAt: async () => new Map() };

async function outcomeOf(issuedAtMs: number | null): Promise<Authentication> {
  const found: Authentication = { type: 'user', userId, issuedAtMs, expiresAtMs: nowMs + 1000 };
  const authenticator: Authenticator = { authenticate: async () => found };
  return withRevocationCheck(authenticator, none, () => nowMs).authenticate('token');
}

test('a token that was issued before the oldest revocation that is kept has expired', async () => {
  expect(await outcomeOf(nowMs - tokenLifeMaxMs - 1000)).toEqual({
    type: 'refused',
    code: 'token_expired',
  });
  expect(await outcomeOf(nowMs - tokenLifeMaxMs)).toMatchObject({ type: 'user' });
  expect(await outcomeOf(null)).toMatchObject({ type: 'user' });
});
