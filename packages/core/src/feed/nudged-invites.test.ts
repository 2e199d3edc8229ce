import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { NudgedInvites } from './nudged-invites.ts';

const groupId = groupIdSchema.parse('g');
const ann = userIdSchema.parse('ann');

function startedAt(timeMs: number) {
  let nowMs = timeMs;
  const invites = new NudgedInvites({ monotonicMs: () => nowMs });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { isNext: (seq: number, userId = ann) => invites.isNext(userId, groupId, seq), invites, pass };
}

test('an invite whose end came just before is not told', () => {
  const { isNext, pass } = startedAt(0);
  expect(isNext(6)).toBe(true);
  pass(9_999);
  expect(isNext(5)).toBe(false);
  expect(isNext(5, userIdSchema.parse('bob'))).toBe(true);
  expect(isNext(7)).toBe(true);
});

test('a later invite with a lower seq is one of a new group', () => {
  const { isNext, pass } = startedAt(0);
  expect(isNext(6)).toBe(true);
  pass(10_000);
  expect(isNext(2)).toBe(true);
});

test('a user that has no device left is forgotten', () => {
  const { isNext, invites } = startedAt(0);
  expect(isNext(6)).toBe(true);
  invites.forget(ann);
  expect(isNext(2)).toBe(true);
});
