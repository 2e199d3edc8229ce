import { systemClock } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TokenExpiry } from './token-expiry.ts';

const userId = userIdSchema.parse('ann');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An expiry of tokens that live this long, and the seconds after which its session got something. */
function leaseBy(lifetimeMs: number) {
  const fromMs = Date.now();
  const passed = () => Math.round((Date.now() - fromMs) / 1000);
  const pushed: string[] = [];
  const times = () => ({ issuedAtMs: null, expiresAtMs: Date.now() + lifetimeMs });
  const holder = {
    userId,
    tokenExpiring: () => void pushed.push(`expiring ${passed()}`),
    tokenExpired: () => void pushed.push(`expired ${passed()}`),
  };
  const authenticator = { authenticate: async () => ({ type: 'user', userId, ...times() }) as const };
  const lease = new TokenExpiry(holder, { authenticator, clock: systemClock });
  lease.start(times());
  return { lease, pushed };
}

test('a token is warned of a minute before its end', async () => {
  const { pushed } = leaseBy(3_600_000);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(pushed).toEqual(['expiring 3540', 'expired 3600']);
});

test('a token that lives for half a minute is warned of when half of that is over', async () => {
  const { pushed } = leaseBy(30_000);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(pushed).toEqual(['expiring 15', 'expired 30']);
});

test('the replacement of such a token is not followed by a warning at once', async () => {
  const { lease, pushed } = leaseBy(30_000);
  await vi.advanceTimersByTimeAsync(15_000);
  await lease.refresh('next');
  await vi.advanceTimersByTimeAsync(14_000);
  expect(pushed).toEqual(['expiring 15']);
});
