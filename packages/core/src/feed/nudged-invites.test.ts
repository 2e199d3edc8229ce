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
  /** @param made `<epoch> <ms>`; null: of a node that does not say so */
  const isNext = (seq: number, userId = ann, made: string | null = null) => {
    const [epoch = '', atMs] = made?.split(' ') ?? [];
    return invites.isNext({
      userId,
      groupId,
      seq,
      ...(made === null ? {} : { made: { epoch, atMs: Number(atMs) } }),
    });
  };
  return { isNext, invites, pass };
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

test('the invite of a group that was made again at once is pushed, though its seq is lower', () => {
  const { isNext } = startedAt(0);
  expect(isNext(6, ann, 'a 1000')).toBe(true);
  expect(isNext(7, ann, 'a 1001')).toBe(true);
  expect(isNext(2, ann, 'b 1002')).toBe(true);
  expect(isNext(7, ann, 'a 1001')).toBe(false);
  expect(isNext(9, ann, 'a 999')).toBe(false);
  expect(isNext(2, ann, 'b 1002')).toBe(false);
  expect(isNext(3, ann, 'b 900')).toBe(true);
  expect(isNext(3)).toBe(false);
  expect(isNext(4)).toBe(true);
});

test('a user that has no device left is forgotten', () => {
  const { isNext, invites } = startedAt(0);
  expect(isNext(6)).toBe(true);
  invites.forget(ann);
  expect(isNext(2)).toBe(true);
});
