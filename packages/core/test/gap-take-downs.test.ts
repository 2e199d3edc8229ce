/** A message that waits in the buffer of a gap while it is taken down: no device gets its text. */
import { groupIdSchema, type MessageEvent, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { Feed } from '../src/feed/feed.ts';
import { FeedCounters } from '../src/feed/feed-sink.ts';
import type { LogEntry } from '../src/log/entry.ts';
import type { Device } from '../src/ports/devices.ts';

const groupId = groupIdSchema.parse('g');
const headOf = (seq: number) => ({ epoch: 'a', seq, past: [], oldestSeq: 1, isDeleted: false });
const entry = (seq: number, text: string): LogEntry => ({
  type: 'message',
  epoch: 'a',
  seq,
  wire: Buffer.from(text),
});
const takeDown = (seq: number, target: number): LogEntry => {
  const change: MessageEvent = {
    group_id: groupId,
    type: 'deleted',
    message_id: `a-${target}`,
    target_seq: target,
    actor_id: userIdSchema.parse('ann'),
    epoch: 'a',
    seq,
    timestamp: '2025-01-01T00:00:00.000Z',
  };
  return { type: 'change', epoch: 'a', seq, wire: Buffer.from(JSON.stringify(change)) };
};

/** A feed at seq 5 with one live device, what the device got, and the reads that the feed asked for. */
function feedAtFive() {
  const got: string[] = [];
  const reads: number[] = [];
  const ignore = () => {};
  const ann: Device = {
    id: 'd',
    userId: userIdSchema.parse('ann'),
    isAuto: true,
    push: ignore,
    drained: async () => {},
  };
  const feed = new Feed(
    groupId,
    {
      deliver: (_, entries) => void got.push(...entries.map(({ seq, wire }) => `${seq} ${wire}`)),
      readGap: (afterSeq) => void reads.push(afterSeq),
      lookForMissing: ignore,
      readHead: ignore,
      verifyMembers: () => undefined,
      countMembers: () => undefined,
      devicesOf: () => [],
      hasPendingJoin: () => false,
      deferPush: () => false,
      push: ignore,
      readCatchUp: ignore,
      verifyAgain: ignore,
      markPushed: ignore,
      seal: ignore,
      moved: ignore,
    },
    new FeedCounters(),
  );
  feed.onHead(headOf(5), 0);
  feed.attach(ann, 'now', headOf(5), 1);
  const texts = () => got.filter((one) => one.includes('secret'));
  return { feed, got, reads, texts };
}

test('a page of the log that ends before it: the rest is read, not taken from the buffer', () => {
  const { feed, reads, texts, got } = feedAtFive();
  feed.onEntry(entry(8, 'secret'));
  // The publish of the take-down is lost. The log shows the tombstone, and the page ends before it.
  feed.onGapRead({ head: headOf(9), entries: [entry(6, 'six'), entry(7, 'seven')] });
  expect([texts(), reads]).toEqual([[], [5, 7]]);
  feed.onGapRead({ head: headOf(9), entries: [entry(8, 'tombstone'), takeDown(9, 8)] });
  expect(got.slice(0, 3)).toEqual(['6 six', '7 seven', '8 tombstone']);
  expect(texts()).toEqual([]);
});

test('its take-down comes while the read is slow: it is read once more', () => {
  const { feed, reads, texts, got } = feedAtFive();
  feed.onEntry(entry(7, 'secret'));
  feed.onEntry(takeDown(8, 7));
  // The read had begun before the message was sent.
  feed.onGapRead({ head: headOf(6), entries: [entry(6, 'six')] });
  expect([got, reads]).toEqual([['6 six'], [5, 6]]);
  feed.onGapRead({ head: headOf(8), entries: [entry(7, 'tombstone'), takeDown(8, 7)] });
  expect([got[1], texts()]).toEqual(['7 tombstone', []]);
});

test('the missing entry comes late: what waits behind it is still read from the log', () => {
  const { feed, texts, got } = feedAtFive();
  feed.onEntry(entry(7, 'secret'));
  feed.onEntry(entry(6, 'six'));
  expect([got, texts()]).toEqual([['6 six'], []]);
  feed.onGapRead({ head: headOf(8), entries: [entry(6, 'six'), entry(7, 'tombstone'), takeDown(8, 7)] });
  expect([got.slice(0, 2), texts()]).toEqual([['6 six', '7 tombstone'], []]);
});

test('an entry that was appended after the read is taken from the buffer', () => {
  const { feed, reads, got } = feedAtFive();
  feed.onEntry(entry(7, 'seven'));
  feed.onEntry(entry(8, 'eight'));
  feed.onGapRead({ head: headOf(7), entries: [entry(6, 'six'), entry(7, 'seven')] });
  expect([got, reads]).toEqual([['6 six', '7 seven', '8 eight'], [5]]);
});
