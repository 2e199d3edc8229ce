import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { ArchiveEntry } from '../log/entry.ts';
import { judgeFailure, TakenAhead, TroubledGroups } from './head-of-line.ts';

test('the first failure alone says nothing', () => {
  expect(judgeFailure(undefined, 7)).toEqual({ failed: { times: 1, successes: 7 }, verdict: 'wait' });
});

test('after the second failure, with nothing taken in between, another entry decides', () => {
  expect(judgeFailure({ times: 1, successes: 7 }, 7).verdict).toBe('probe');
  expect(judgeFailure({ times: 9, successes: 7 }, 7).verdict).toBe('probe');
});

test('who fails while others are taken is to blame', () => {
  expect(judgeFailure({ times: 1, successes: 7 }, 8).verdict).toBe('refuse');
});

const [bad, good] = [groupIdSchema.parse('bad'), groupIdSchema.parse('good')];

test('a group is in trouble when two of its entries in a row are to blame, until one is answered', () => {
  const troubled = new TroubledGroups();
  troubled.blame(bad);
  expect(troubled.has(bad)).toBe(false);
  troubled.blame(bad);
  expect([troubled.has(bad), troubled.has(good)]).toEqual([true, false]);
  troubled.answered(bad);
  troubled.blame(bad);
  expect(troubled.has(bad)).toBe(false);
});

const entry: ArchiveEntry = {
  type: 'joined',
  group_id: groupIdSchema.parse('room'),
  user_id: 'ann',
  epoch: 'e',
  seq: 7,
  timestamp: '2026-01-01T00:00:00.000Z',
  message_id: 'e-7',
};
const taken = { type: 'taken', refused: new Map(), membersCursor: null } as const;

test('an entry of many pages continues where it stopped, and is taken when all of them are', () => {
  const ahead = new TakenAhead();
  ahead.note(entry, { type: 'partly', membersCursor: 'r:5000' });
  expect([ahead.isTaken(entry), ahead.pageOf(entry)]).toEqual([false, 'r:5000']);
  ahead.note(entry, taken);
  expect([ahead.isTaken(entry), ahead.pageOf(entry)]).toEqual([true, null]);
  ahead.forget(entry);
  expect([ahead.isTaken(entry), ahead.pageOf(entry)]).toEqual([false, null]);
});

test('an entry that was refused or not called for is offered again in its turn', () => {
  const ahead = new TakenAhead();
  ahead.note(entry, { ...taken, refused: new Map([[entry.message_id, 'no']]) });
  ahead.note(entry, { type: 'held', pauseLeftMs: 5, membersCursor: null });
  ahead.note(entry, { type: 'failed', membersCursor: null });
  expect([ahead.isTaken(entry), ahead.pageOf(entry)]).toEqual([false, null]);
});
