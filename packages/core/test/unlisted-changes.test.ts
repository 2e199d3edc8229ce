/** Joins and leaves that are no entries, in a feed: in order with the entries, missed, or already known. */
import { groupIdSchema, SERVICE, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { Feed } from '../src/feed/feed.ts';
import { FeedCounters } from '../src/feed/feed-sink.ts';
import type { LogHead, MemberRecord } from '../src/groups/records.ts';
import { tickOf } from '../src/groups/records.ts';
import type { LogEntry } from '../src/log/entry.ts';
import type { Device } from '../src/ports/devices.ts';
import type { UnlistedChange } from '../src/ports/pubsub.ts';

const groupId = groupIdSchema.parse('g');
const headAt = (seq: number, membersVersion: number): LogHead => ({
  ...{ epoch: 'a', seq, past: [], oldestSeq: 1, isDeleted: false, membersVersion },
});
const message = (seq: number, version: number): LogEntry => ({
  ...{ type: 'message', epoch: 'a', seq, wire: Buffer.alloc(0), members: { version, count: 2 } },
});
const change = (type: 'joined' | 'left', seq: number, version: number): UnlistedChange => ({
  event: {
    ...{ group_id: groupId, type, user_id: 'ann', epoch: 'a', seq, timestamp: '2025-01-01T00:00:00.000Z' },
  },
  version,
  membersCount: version,
});
const record = (sinceSeq: number): MemberRecord => ({
  ...{ status: 'active', roles: ['member'], joinedAtMs: 0, sinceSeq, mutedUntilMs: null },
});
const deviceOf = (userId: Device['userId']): Device => ({
  ...{ id: userId, userId, isAuto: true, push: () => {}, drained: async () => {} },
});
const ann = deviceOf(userIdSchema.parse('ann'));
const watcher = deviceOf(SERVICE);

/** A feed at (a, 5), version 3, with a live device of ann and one of the service. */
function feedAtFive() {
  const delivered: number[] = [];
  const watched: number[] = [];
  const asked: string[] = [];
  const ignore = () => {};
  const sink = {
    deliver: (to: Iterable<Device>, entries: readonly LogEntry[]) => {
      if ([...to].includes(ann)) delivered.push(...entries.map(({ seq }) => seq));
      if ([...to].includes(watcher)) watched.push(...entries.map(({ seq }) => seq));
    },
    push: (_: Device, event: string, payload: object) =>
      void asked.push(`${event} ${'status' in payload ? payload.status : JSON.stringify(payload)}`),
    readGap: (afterSeq: number) => void asked.push(`gap after ${afterSeq}`),
    readCatchUp: (_: Device, afterSeq: number) => void asked.push(`catch-up after ${afterSeq}`),
    lookForMissing: () => void asked.push('look'),
    verifyMembers: (users: Iterable<string>) => void asked.push(`verify ${[...users]}`),
    devicesOf: (userId: string) => (userId === ann.userId ? [ann] : []),
    ...{ hasPendingJoin: () => false, deferPush: () => false, countMembers: ignore },
    readHead: () => void asked.push('head'),
    ...{ verifyAgain: ignore, markPushed: ignore, seal: ignore, moved: ignore },
  };
  const feed = new Feed(groupId, sink, new FeedCounters());
  const head = headAt(5, 3);
  feed.onHead(head, 0);
  feed.members.note('ann', record(2), tickOf(head));
  for (const device of [ann, watcher]) feed.attach(device, 'now', head, 2);
  return { feed, delivered, watched, asked };
}

test('a leave ends behind the last entry, and a join begins before the next one', () => {
  const { feed, delivered, asked } = feedAtFive();
  feed.onEntry(message(6, 3));
  feed.onUnlisted(change('left', 6, 4));
  feed.onEntry(message(7, 4));
  feed.onUnlisted(change('joined', 7, 5));
  feed.onEntry(message(8, 5));
  expect(delivered).toEqual([6, 8]);
  expect(asked[0]).toBe('membership none');
  expect(asked[1]).toContain('"from_seq":8');
  expect(asked.slice(2)).toEqual(['membership active']);
});

test('what was sent behind a missed leave, or before a join, finds no receivers', () => {
  const { feed } = feedAtFive();
  const sentAt = (seq: number, membersVersion: number) =>
    feed.hasReceiversOf({ epoch: 'a', seq, membersVersion });
  expect(sentAt(5, 3)).toBe(true);
  expect(sentAt(5, 4)).toBe(false);
  feed.onUnlisted(change('left', 5, 4));
  expect(sentAt(5, 4)).toBe(true);
  feed.onUnlisted(change('joined', 5, 5));
  expect(sentAt(5, 4)).toBe(false);
  expect(sentAt(5, 5)).toBe(true);
  feed.onEntry(message(6, 5));
  expect([sentAt(5, 5), sentAt(6, 5), sentAt(6, 6)]).toEqual([true, true, false]);
});

test('an own entry waits for its publish, because a leave may be before it', () => {
  const { feed, delivered } = feedAtFive();
  // The answer to a send does not say which changes came before it.
  const { members: _, ...own } = message(6, 4);
  feed.onOwnEntry(own);
  feed.onUnlisted(change('left', 5, 4));
  feed.onEntry(message(6, 4));
  expect(delivered).toEqual([]);
});

test('an entry behind a change that was missed pauses members, who resume at their positions', () => {
  const { feed, delivered, watched, asked } = feedAtFive();
  feed.onEntry(message(6, 4));
  expect([delivered, watched, asked]).toEqual([[], [6], ['verify ann']]);
  feed.resume(ann);
  expect(feed.attachments.unverifiedAfter(ann)).toBe(5);
  expect(feed.members.canCorrect(tickOf(headAt(5, 3)))).toBe(false);
  feed.attach(ann, { groupId, epoch: 'a', seq: 5 }, headAt(6, 4), 2);
  expect(feed.attachments.unverifiedAfter(ann)).toBeNull();
  expect(asked.at(-1)).toBe('catch-up after 5');
});

test('a change of a later version than the next one pauses members too', () => {
  const { feed, delivered, asked } = feedAtFive();
  feed.onUnlisted(change('joined', 5, 5));
  feed.onUnlisted(change('left', 5, 4));
  feed.onEntry(message(6, 5));
  expect([delivered, asked]).toEqual([[], ['verify ann']]);
});

test('a change behind an entry that was missed is read with it', () => {
  const { feed, asked } = feedAtFive();
  feed.onUnlisted(change('left', 6, 4));
  expect(asked).toEqual(['gap after 5']);
  const entries = [message(6, 3)].map(({ members: _, ...entry }): LogEntry => entry);
  feed.onGapRead({ head: headAt(6, 4), entries });
  expect(asked.slice(1)).toEqual(['verify ann']);
});

test('a leave that the record of its user is younger than ends nothing', () => {
  const { feed, delivered } = feedAtFive();
  const head = headAt(5, 5);
  feed.members.note('ann', record(6), tickOf(head));
  feed.attach(ann, 'since', head, 6);
  feed.onUnlisted(change('left', 5, 4));
  feed.onUnlisted(change('joined', 5, 5));
  feed.onEntry(message(6, 5));
  expect(delivered).toEqual([6]);
});

test('what a read shows to come is waited for, and read if it does not come', () => {
  const { feed, asked } = feedAtFive();
  feed.onHead(headAt(6, 4), 5);
  feed.onUnlisted(change('left', 5, 4));
  feed.onEntry(message(6, 4));
  feed.onLookForMissing();
  expect(asked).toEqual(['look', 'membership none']);
  feed.onHead(headAt(6, 5), 6);
  feed.onLookForMissing();
  expect(asked.slice(2)).toEqual(['look', 'gap after 6']);
});

test('a new epoch verifies the members: the log may have lost their changes', () => {
  const { feed, asked } = feedAtFive();
  feed.onHead({ ...headAt(6, 3), epoch: 'b', past: [{ epoch: 'a', endSeq: 5 }] }, 0);
  expect(asked[0]).toBe('verify ann');
});

test('a device whose catch-up finds a new epoch gets nothing of it until its user is verified', () => {
  const { feed, delivered, asked } = feedAtFive();
  feed.attach(ann, { groupId, epoch: 'a', seq: 1 }, headAt(5, 3), 2);
  const head = { ...headAt(5, 4), epoch: 'b', past: [{ epoch: 'a', endSeq: 5 }] };
  feed.onCatchUp(ann, 1, { head, entries: [2, 3, 4, 5].map((seq) => message(seq, 3)) });
  feed.onEntry({ ...message(6, 4), epoch: 'b' });
  expect([delivered, asked]).toEqual([[], ['catch-up after 1', 'verify ann']]);
  expect(feed.attachments.unverifiedAfter(ann)).toBe(1);
});

test('a record from before the head of a gap read is read again: it may lack missed changes', () => {
  const { feed } = feedAtFive();
  feed.onUnlisted(change('left', 7, 5));
  feed.onGapRead({ head: headAt(10, 6), entries: [6, 7, 8, 9, 10].map((seq) => message(seq, 6)) });
  expect(feed.members.canCorrect(tickOf(headAt(10, 4)))).toBe(false);
  expect(feed.members.canCorrect(tickOf(headAt(10, 6)))).toBe(true);
});

test('a change with a version of an epoch that a failover has ended is none of the present epoch', () => {
  const { feed, asked } = feedAtFive();
  const left = change('left', 5, 3);
  feed.onUnlisted({ ...left, event: { ...left.event, epoch: 'b' } });
  expect(asked).toEqual(['head']);
});

test('a device that joined by an entry and may have left by a missed change is verified first', () => {
  const { feed, delivered, asked } = feedAtFive();
  feed.onUnlisted(change('left', 5, 4));
  feed.onUnlisted(change('left', 8, 6));
  const { event } = change('joined', 7, 0);
  const accepted: LogEntry = { type: 'event', epoch: 'a', seq: 7, wire: Buffer.alloc(0), event };
  feed.onGapRead({ head: headAt(8, 6), entries: [message(6, 4), accepted, message(8, 6)] });
  expect(delivered).toEqual([]);
  expect(asked.at(-1)).toBe('membership active');
  expect(asked).toContain('verify ann');
  expect(feed.attachments.unverifiedAfter(ann)).toBe(6);
});
