import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { ArchiveEntry } from '../log/history-entry.ts';
import { TakenAhead } from './taken-ahead.ts';

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
