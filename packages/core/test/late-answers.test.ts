/** Answers that arrive too late: they are about an earlier epoch, an earlier attach or an earlier group. */
import { type GroupEvent, groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { Devices } from '../src/feed/devices.ts';
import { Feed } from '../src/feed/feed.ts';
import { FeedCounters, type FeedSink } from '../src/feed/feed-sink.ts';
import { KnownMembers } from '../src/feed/known-members.ts';
import { defaultGroupSettings, type LogHead } from '../src/groups/records.ts';
import { isGoodPosition, lowerBoundFor } from '../src/log/epoch-chain.ts';
import { Reads } from '../src/operations/read.ts';
import type { Device } from '../src/ports/devices.ts';
import type { LogRange } from '../src/ports/group-log.ts';

const groupId = groupIdSchema.parse('g');
const ann = userIdSchema.parse('ann');
const headOf = (epoch: string, seq: number): LogHead => ({
  epoch,
  seq,
  past: [],
  oldestSeq: 1,
  isDeleted: false,
});
const messages = (epoch: string, from: number, to: number): LogRange => ({
  head: headOf(epoch, 300),
  entries: Array.from({ length: to - from + 1 }, (_, i) => ({
    type: 'message' as const,
    epoch,
    seq: from + i,
    wire: Buffer.alloc(0),
  })),
});

function deviceOf(pushed: string[]): Device {
  const push: Device['push'] = (event, payload) => {
    pushed.push('status' in payload ? `${event} ${payload.status}` : event);
  };
  return { id: 'd', userId: ann, isAuto: true, push, drained: async () => {} };
}

/** Records the reads that the feed wants; the test gives the answers. */
function watchedFeed(device: Device, devices = new Devices()) {
  const catchUps: number[] = [];
  const delivered: number[] = [];
  const verified: string[] = [];
  const sink: FeedSink = {
    deliver: (_, entries) => void delivered.push(...entries.map(({ seq }) => seq)),
    push: (to, event, payload) => to.push(event, payload),
    readGap: () => {},
    readCatchUp: (_, afterSeq) => void catchUps.push(afterSeq),
    lookForMissing: () => {},
    readHead: () => {},
    verifyAgain: (_, reason) => void verified.push(reason),
    verifyMembers: () => undefined,
    countMembers: () => undefined,
    devicesOf: () => [device],
    hasPendingJoin: (asking) => devices.hasPendingJoin(asking, groupId),
    deferPush: (deferred, from) => devices.deferPush(deferred, groupId, from),
    markPushed: (pushed) => devices.markPushed(pushed, groupId),
    seal: () => {},
    moved: () => {},
  };
  return { feed: new Feed(groupId, sink, new FeedCounters()), catchUps, delivered, verified };
}

test('a device that subscribes twice while it catches up is caught up once, without a resync', () => {
  const device = deviceOf([]);
  const { feed, catchUps, delivered, verified } = watchedFeed(device);
  const head = headOf('a', 300);
  feed.onHead(head, 0);
  const from = { groupId, epoch: 'a', seq: 0 };
  feed.attach(device, from, head, 1);
  feed.attach(device, from, head, 1);
  expect(catchUps).toEqual([0, 0]);
  feed.onCatchUp(device, 0, messages('a', 1, 100));
  feed.onCatchUp(device, 0, messages('a', 1, 100));
  expect(catchUps).toEqual([0, 0, 100]);
  expect(delivered).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(verified).toEqual([]);
});

test('entries sent while a page is on its way come with the next page, not without it', () => {
  const device = deviceOf([]);
  const { feed, catchUps, delivered } = watchedFeed(device);
  const [, , , , , sixth, seventh] = messages('a', 1, 7).entries;
  if (sixth === undefined || seventh === undefined) throw new Error('there are seven');
  feed.onHead(headOf('a', 5), 0);
  feed.attach(device, { groupId, epoch: 'a', seq: 0 }, headOf('a', 5), 1);
  feed.onEntry(sixth);
  feed.onCatchUp(device, 0, { ...messages('a', 1, 5), head: headOf('a', 5) });
  feed.onEntry(seventh);
  expect(catchUps).toEqual([0, 5]);
  feed.onCatchUp(device, 5, { ...messages('a', 6, 7), head: headOf('a', 7) });
  expect(delivered).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('of a log trimmed beyond its feed, a device attached behind the trim misses nothing', () => {
  const [early, late] = [deviceOf([]), deviceOf([])];
  const { feed, catchUps, delivered, verified } = watchedFeed(late);
  const trimmed = (seq: number): LogHead => ({ ...headOf('a', seq), oldestSeq: seq - 19 });
  feed.onHead(headOf('a', 4), 0);
  feed.attach(early, 'now', headOf('a', 4), 1);
  feed.onHead(trimmed(104), 0);
  feed.attach(late, 'now', trimmed(104), 1);
  feed.onGapRead({ ...messages('a', 86, 105), head: trimmed(105) });
  expect(verified).toEqual(['too_old']);
  expect([early, late].map((device) => feed.attachments.has(device))).toEqual([false, true]);
  // Nothing before its user is verified: it may have left in what the log has lost.
  expect(catchUps).toEqual([]);
  const seq = feed.attachments.unverifiedAfter(late);
  expect(seq).toBe(104);
  feed.attach(late, { groupId, epoch: 'a', seq }, trimmed(105), 1);
  expect(catchUps).toEqual([104]);
  feed.onCatchUp(late, 104, { ...messages('a', 105, 105), head: trimmed(105) });
  expect(delivered).toEqual([105]);
});

test('how far a feed was in another epoch says nothing about a head of this one', () => {
  const device = deviceOf([]);
  const { feed, verified } = watchedFeed(device);
  feed.onHead(headOf('old', 274), 0);
  const asked = feed.position;
  feed.onHead(headOf('new', 3), lowerBoundFor(headOf('new', 3), asked));
  feed.attach(device, 'now', headOf('new', 3), 1);
  const late = headOf('new', 2);
  feed.onHead(late, lowerBoundFor(late, asked));
  expect(verified).toEqual([]);
  expect(feed.lastSeq).toBe(3);
});

test('a device with a pending join that got a push of one attach gets one of the next too', async () => {
  const pushed: string[] = [];
  const device = deviceOf(pushed);
  const devices = new Devices();
  devices.add(device);
  const { feed } = watchedFeed(device, devices);
  feed.onHead(headOf('a', 2), 0);
  const change = (type: 'joined' | 'left', seq: number) =>
    feed.onEntry({
      type: 'event',
      epoch: 'a',
      seq,
      wire: Buffer.alloc(0),
      event: {
        group_id: groupId,
        type,
        user_id: ann,
        epoch: 'a',
        seq,
        timestamp: '2025-01-01T00:00:00.000Z',
      },
    });
  await devices.duringJoin(device, groupId, async () => {
    feed.attach(device, { groupId, epoch: 'a', seq: 1 }, headOf('a', 2), 2);
    change('left', 3);
    change('joined', 4);
    change('left', 5);
    change('joined', 6);
  });
  expect(pushed.filter((push) => push === 'subscribed')).toEqual(['subscribed', 'subscribed']);
});

test('a nudge that comes after its user was removed pushes nothing', () => {
  const pushed: string[] = [];
  const device = deviceOf(pushed);
  const members = new KnownMembers(groupId, {
    push: (to, event, payload) => to.push(event, payload),
    devicesOf: () => [device],
  });
  const event = (type: GroupEvent['type'], seq: number): GroupEvent => ({
    group_id: groupId,
    type,
    user_id: ann,
    epoch: 'a',
    seq,
    timestamp: '2025-01-01T00:00:00.000Z',
  });
  const nudged = { group_id: groupId, status: 'active' as const, roles: [], type: 'joined' as const };
  members.onEvent(event('joined', 2));
  members.onEvent(event('kicked', 3));
  members.pushNudged(ann, 2, nudged);
  members.onEvent(event('requested', 4));
  members.pushNudged(ann, 2, nudged);
  expect(pushed).toEqual(['membership active', 'membership none', 'membership pending']);
});

test('history of a group created again between two reads is not given to a member of the old one', async () => {
  const position = {
    groupType: 'private' as const,
    settings: { ...defaultGroupSettings, history: 'since_join' as const },
    head: headOf('old', 300),
    member: { status: 'active' as const, roles: [], joinedAtMs: 0, sinceSeq: 1, mutedUntilMs: null },
    isBanned: false,
    invite: null,
    bannedUntilMs: null,
    slowedUntilMs: null,
  };
  expect(isGoodPosition('old', 300, headOf('new', 300))).toBe(false);
  const engine = {
    groups: { position: async () => position },
    log: { before: async () => messages('new', 1, 5), after: async () => messages('new', 1, 5) },
  };
  const reads: unknown = Reflect.construct(Reads, [{ engine, auth: null }]);
  if (!(reads instanceof Reads)) throw new Error('no reads');
  const caller = { actor: ann, requestId: 'r', isServerMadeId: true, device: null };
  expect(await reads.history(caller, { group_id: groupId, limit: 50 })).toEqual({
    ok: false,
    failure: { code: 'group_not_found' },
  });
});
