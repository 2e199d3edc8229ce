/** Entries that a feed gets from the answers to this node's own appends. */
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { Feed } from '../src/feed/feed.ts';
import { FeedCounters } from '../src/feed/feed-sink.ts';
import type { LogHead } from '../src/groups/records.ts';
import type { LogEntry } from '../src/log/entry.ts';
import type { Device } from '../src/ports/devices.ts';

const groupId = groupIdSchema.parse('g');
const headOf = (epoch: string, seq: number, past: LogHead['past'] = []): LogHead => ({
  epoch,
  seq,
  past,
  oldestSeq: 1,
  isDeleted: false,
});
const message = (seq: number, epoch = 'a'): LogEntry => ({
  type: 'message',
  epoch,
  seq,
  wire: Buffer.alloc(0),
});
const ann: Device = {
  id: 'd',
  userId: userIdSchema.parse('ann'),
  isAuto: true,
  push: () => {},
  drained: async () => {},
};
const kicked = (seq: number): LogEntry => ({
  type: 'event',
  epoch: 'a',
  seq,
  wire: Buffer.alloc(0),
  event: {
    group_id: groupId,
    type: 'kicked',
    user_id: ann.userId,
    epoch: 'a',
    seq,
    timestamp: '2025-01-01T00:00:00.000Z',
  },
});

/** A feed without a position, and the effects that it asks for. */
function watchedFeed() {
  const delivered: number[] = [];
  const asked: string[] = [];
  const counters = new FeedCounters();
  const ignore = () => {};
  const feed = new Feed(
    groupId,
    {
      deliver: (to, entries) => {
        if (![...to].includes(ann)) return;
        delivered.push(...entries.map(({ seq }) => seq));
      },
      readGap: (afterSeq) => void asked.push(`gap after ${afterSeq}`),
      lookForMissing: () => void asked.push('look'),
      readHead: () => void asked.push('head'),
      verifyMembers: () => undefined,
      countMembers: () => undefined,
      devicesOf: (userId) => (userId === ann.userId ? [ann] : []),
      hasPendingJoin: () => false,
      deferPush: () => false,
      push: ignore,
      readCatchUp: ignore,
      verifyAgain: ignore,
      markPushed: ignore,
      seal: ignore,
      moved: ignore,
    },
    counters,
  );
  return { feed, delivered, asked, counters };
}

/** A feed at (a, 5) with a live device. */
function feedAtFive() {
  const watched = watchedFeed();
  watched.feed.onHead(headOf('a', 5), 0);
  watched.feed.attach(ann, 'now', headOf('a', 5), 1);
  return watched;
}

test('an own entry that continues the feed is delivered, and its publish is taken once', () => {
  const { feed, delivered, counters } = feedAtFive();
  feed.onOwnEntry(message(6));
  feed.onOwnEntry(message(7));
  expect(delivered).toEqual([6, 7]);
  expect([feed.takeOwnPublish('a', 6), feed.takeOwnPublish('a', 7)]).toEqual([true, true]);
  expect(counters.duplicatesDropped).toBe(0);
});

test('an entry that comes twice over the channel counts as a duplicate, an own one too', () => {
  const { feed, delivered, counters } = feedAtFive();
  const publish = (entry: LogEntry) => {
    if (!feed.takeOwnPublish(entry.epoch, entry.seq)) feed.onEntry(entry);
  };
  feed.onOwnEntry(message(6));
  for (const entry of [message(6), message(7), message(7), message(6)]) publish(entry);
  expect([delivered, counters.duplicatesDropped]).toEqual([[6, 7], 2]);
});

test('an own entry over a hole is neither delivered nor buffered, and comes by its publish', () => {
  const { feed, delivered, asked } = feedAtFive();
  feed.onOwnEntry(message(7));
  expect([delivered, asked]).toEqual([[], ['look']]);
  feed.onEntry(message(6));
  expect(delivered).toEqual([6]);
  expect(feed.takeOwnPublish('a', 7)).toBe(false);
  feed.onEntry(message(7));
  feed.onLookForMissing();
  expect([delivered, asked]).toEqual([[6, 7], ['look']]);
});

test('what is still missing at the look is read from the log', () => {
  const { feed, delivered, asked, counters } = feedAtFive();
  feed.onOwnEntry(message(7));
  feed.onOwnEntry(message(8));
  feed.onLookForMissing();
  expect(asked).toEqual(['look', 'gap after 5']);
  feed.onGapRead({ head: headOf('a', 8), entries: [message(6), message(7), message(8)] });
  expect([delivered, counters.gapsFound, counters.entriesRepaired]).toEqual([[6, 7, 8], 1, 3]);
});

test('the sender is kicked right before its message: it gets the kick and not the message', () => {
  const { feed, delivered } = feedAtFive();
  feed.onOwnEntry(message(7));
  feed.onEntry(kicked(6));
  feed.onEntry(message(7));
  expect(delivered).toEqual([6]);
});

test('an own entry fills a part of the gap, and the read that has begun brings the rest', () => {
  const { feed, delivered, asked } = feedAtFive();
  feed.onEntry(message(7));
  feed.onOwnEntry(message(6));
  expect([delivered, asked]).toEqual([[6], ['gap after 5']]);
  feed.onGapRead({ head: headOf('a', 7), entries: [message(6), message(7)] });
  expect(delivered).toEqual([6, 7]);
});

test('the answer after the publish does nothing', () => {
  const { feed, delivered, counters } = feedAtFive();
  feed.onEntry(message(6));
  feed.onOwnEntry(message(6));
  expect(feed.takeOwnPublish('a', 6)).toBe(false);
  expect([delivered, counters.duplicatesDropped]).toEqual([[6], 0]);
});

test('an own entry of a new epoch waits for its publish, which reads the head', () => {
  const { feed, delivered, asked } = feedAtFive();
  feed.onOwnEntry(message(6, 'b'));
  expect([delivered, asked, feed.takeOwnPublish('b', 6)]).toEqual([[], [], false]);
  feed.onEntry(message(6, 'b'));
  expect(asked).toEqual(['head']);
  const head = headOf('b', 6, [{ epoch: 'a', endSeq: 5 }]);
  feed.onHead(head, 0);
  feed.onGapRead({ head, entries: [message(6, 'b')] });
  feed.onOwnEntry(message(7, 'b'));
  expect([delivered, feed.takeOwnPublish('b', 7)]).toEqual([[6, 7], true]);
});

test('after the log lost its tail, an entry with the seq of an own one is no own publish', () => {
  const { feed } = feedAtFive();
  feed.onOwnEntry(message(6));
  feed.onHead(headOf('a', 4), 6);
  feed.onEntry(message(5));
  expect(feed.takeOwnPublish('a', 6)).toBe(false);
  feed.onEntry(message(6));
  expect(feed.takeOwnPublish('a', 6)).toBe(false);
});

test('a feed without a position takes no own entry', () => {
  const { feed, asked } = watchedFeed();
  feed.onOwnEntry(message(1));
  expect([feed.lastSeq, asked, feed.takeOwnPublish('a', 1)]).toEqual([0, [], false]);
});
