/** Reads that devices share which come back together: what may have changed since such a read, and who may not use it. */
import { type GroupEvent, groupIdSchema, SERVICE, type UserId, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { CatchUpReads } from '../src/feed/catch-up-reads.ts';
import { Feed } from '../src/feed/feed.ts';
import { FeedCounters, type FeedSink } from '../src/feed/feed-sink.ts';
import { RecentBytes } from '../src/feed/recent-entries.ts';
import { SharedStandings } from '../src/feed/shared-standings.ts';
import { type LogHead, type MemberRecord, strangerStanding } from '../src/groups/records.ts';
import type { LogEntry } from '../src/log/entry.ts';
import type { Device } from '../src/ports/devices.ts';
import type { LogRange } from '../src/ports/group-log.ts';

const groupId = groupIdSchema.parse('g');
const user = (name: string) => userIdSchema.parse(name);
const [ann, bob] = [user('ann'), user('bob')];
const timestamp = '2025-01-01T00:00:00.000Z';
const member: MemberRecord = {
  ...{ status: 'active', roles: ['member'], joinedAtMs: 0, sinceSeq: 1, mutedUntilMs: null },
};

/** One group whose reads the test answers, in the order in which they were asked for. */
class Scene {
  readonly feed: Feed;
  readonly got: string[] = [];
  readonly log: LogEntry[] = [];
  readonly members = new Map<UserId, MemberRecord>([
    [ann, member],
    [bob, member],
  ]);
  readonly standings: SharedStandings;
  /** Reads that wait for `answer`. */
  readonly #open: (() => void)[] = [];
  readonly reads: string[] = [];
  /** Of each read of members. */
  readonly wholeMaxes: number[] = [];
  /** False: the group is too large to be read at once. */
  isSmall = true;
  /** True: what is answered now fails. */
  isDown = false;
  /** How often it was asked to forget what is shared after a while. */
  forgets = 0;
  epoch = 'a';
  readonly #devices: Device[] = [];

  constructor(recentBytes?: RecentBytes) {
    const ignore = () => {};
    const sink: FeedSink = {
      deliver: (to, entries) => {
        for (const { id } of to) for (const { seq, wire } of entries) this.got.push(`${id} ${seq} ${wire}`);
      },
      readCatchUp: (device, afterSeq) => void catchUps.catchUp(device, afterSeq).catch(ignore),
      devicesOf: (userId) => this.#devices.filter((device) => device.userId === userId),
      ...{ hasPendingJoin: () => false, deferPush: () => false },
      ...{ readGap: ignore, lookForMissing: ignore, readHead: ignore, verifyMembers: ignore, push: ignore },
      ...{ countMembers: ignore, verifyAgain: ignore, markPushed: ignore, seal: ignore, moved: ignore },
    };
    this.feed = new Feed(groupId, sink, new FeedCounters(), recentBytes);
    this.standings = new SharedStandings(
      this.feed,
      {
        standings: (_, { userIds, wholeMax }) =>
          this.#read(`standings ${userIds.join(' ')}`, () => {
            this.wholeMaxes.push(wholeMax);
            const members = new Map(this.members);
            const of = (userId: UserId) => ({ ...strangerStanding, member: members.get(userId) ?? null });
            return { head: this.head, isWhole: this.isSmall, of };
          }),
      },
      () => {
        this.forgets += 1;
      },
    );
    const after = (_: string, afterSeq: number, limit: number): Promise<LogRange> =>
      this.#read(`after ${afterSeq}`, () => {
        const entries = this.log.filter(({ seq }) => seq > afterSeq).slice(0, limit);
        return { head: this.head, entries };
      });
    const clock = {
      monotonicMs: () => 0,
      after: (_: number, task: () => void) => {
        setImmediate(task);
        return ignore;
      },
    };
    const catchUps = new CatchUpReads(this.feed, { log: { after }, clock, onKept: ignore });
    this.feed.onHead(this.head, 0);
  }

  get head(): LogHead {
    return { epoch: this.epoch, seq: this.log.length, past: [], oldestSeq: 1, isDeleted: false };
  }

  device(id: string, userId: Device['userId'] = ann): Device {
    const device: Device = { id, userId, isAuto: true, push: () => {}, drained: async () => {} };
    this.#devices.push(device);
    return device;
  }

  /** Its publish arrives at once, unless it is on its way. */
  append(entry: Partial<LogEntry> & Pick<LogEntry, 'type'>, text = '', isOnItsWay = false): LogEntry {
    const place = { epoch: this.epoch, seq: this.log.length + 1, wire: Buffer.from(text) };
    const added = { ...place, ...entry } as LogEntry;
    this.log.push(added);
    if (!isOnItsWay) this.feed.onEntry(added);
    return added;
  }

  leave(userId: UserId, isOnItsWay = false): LogEntry {
    this.members.delete(userId);
    const seq = this.log.length + 1;
    const event: GroupEvent = {
      group_id: groupId,
      type: 'left',
      user_id: userId,
      epoch: this.epoch,
      seq,
      timestamp,
    };
    return this.append({ type: 'event', event }, 'left', isOnItsWay);
  }

  takeDown(seq: number, isOnItsWay = false): LogEntry {
    const target = this.log[seq - 1];
    if (target !== undefined) this.log[seq - 1] = { ...target, wire: Buffer.from('tombstone') };
    return this.append({ type: 'change' }, 'deleted', isOnItsWay);
  }

  attachAt(device: Device, seq: number): void {
    this.feed.attach(device, { groupId, epoch: this.epoch, seq }, this.head, 1);
  }

  async attachAndSettle(device: Device, seq: number): Promise<void> {
    this.attachAt(device, seq);
    await this.answer();
  }

  /** Answers all reads that were begun, with what there is now; then those that follow. */
  async answer(): Promise<void> {
    for (let turns = 0; turns < 10; turns += 1) await this.answerBegun();
  }

  /** Answers the reads that were begun. */
  async answerBegun(): Promise<void> {
    for (const open of this.#open.splice(0)) open();
    await new Promise((resolve) => setImmediate(resolve));
  }

  textsOf(id: string): string[] {
    return this.got.filter((line) => line.startsWith(`${id} `)).map((line) => line.slice(id.length + 1));
  }

  /** It shows the moment at which it was begun, and is answered later. */
  #read<T>(what: string, take: () => T): Promise<T> {
    this.reads.push(what);
    const taken = take();
    return new Promise((resolve, reject) =>
      this.#open.push(() => (this.isDown ? reject(new Error('down')) : resolve(taken))),
    );
  }
}

/** Five messages, with the texts `m1` … `m5`. */
function talked(recentBytes?: RecentBytes): Scene {
  const scene = new Scene(recentBytes);
  for (let n = 1; n <= 5; n += 1) scene.append({ type: 'message' }, `m${n}`);
  return scene;
}

test('devices that come back together, and later ones, share one read of the log', async () => {
  const scene = talked();
  for (const id of ['d1', 'd2', 'd3']) scene.attachAt(scene.device(id), 2);
  await scene.answer();
  scene.append({ type: 'message' }, 'm6');
  await scene.attachAndSettle(scene.device('d4', bob), 1);
  expect(scene.reads).toEqual(['after 0']);
  expect(scene.textsOf('d3')).toEqual(['3 m3', '4 m4', '5 m5', '6 m6']);
  expect(scene.textsOf('d4')).toEqual(['2 m2', '3 m3', '4 m4', '5 m5', '6 m6']);
});

test('of those who wait for a shared read that fails, one reads again for all', async () => {
  const scene = talked();
  for (const id of ['d1', 'd2', 'd3', 'd4']) scene.attachAt(scene.device(id), 2);
  await new Promise((resolve) => setImmediate(resolve));
  scene.isDown = true;
  await scene.answerBegun();
  expect(scene.reads).toEqual(['after 0', 'after 0']);
  scene.isDown = false;
  await scene.answer();
  expect(scene.reads).toHaveLength(2);
  for (const id of ['d2', 'd3', 'd4']) expect(scene.textsOf(id)).toEqual(['3 m3', '4 m4', '5 m5']);
});

test('a message that is taken down while a shared read is under way is read again', async () => {
  const scene = talked();
  scene.attachAt(scene.device('d1'), 2);
  await new Promise((resolve) => setImmediate(resolve));
  scene.takeDown(4);
  scene.attachAt(scene.device('d2', bob), 2);
  await scene.answer();
  expect(scene.textsOf('d2')).toEqual(['3 m3', '4 tombstone', '5 m5', '6 deleted']);
  expect(scene.reads).toHaveLength(2);
});

test('what was kept of a message is gone with its take-down', async () => {
  const scene = talked();
  await scene.attachAndSettle(scene.device('d1'), 2);
  scene.takeDown(4);
  await scene.attachAndSettle(scene.device('d2', bob), 2);
  expect(scene.textsOf('d2')).toEqual(['3 m3', '4 tombstone', '5 m5', '6 deleted']);
});

test('a user that leaves while a shared read is under way gets the entries up to its leave', async () => {
  const scene = talked();
  scene.attachAt(scene.device('d1'), 2);
  scene.attachAt(scene.device('d2', bob), 2);
  await new Promise((resolve) => setImmediate(resolve));
  scene.leave(bob);
  scene.append({ type: 'message' }, 'secret');
  await scene.answer();
  expect(scene.textsOf('d2')).toEqual(['3 m3', '4 m4', '5 m5', '6 left']);
  expect(scene.textsOf('d1').at(-1)).toBe('7 secret');
});

test('nothing is kept of an epoch that has ended', async () => {
  const scene = talked();
  await scene.attachAndSettle(scene.device('d1'), 2);
  scene.epoch = 'b';
  const past = [{ epoch: 'a', endSeq: 5 }];
  scene.feed.onHead({ ...scene.head, past }, 5);
  await scene.attachAndSettle(scene.device('d2', bob), 3);
  expect(scene.reads).toEqual(['after 0', 'after 0']);
});

test('a message whose end has a time, and one read for its reader, serve no other device', async () => {
  const scene = talked();
  scene.log[3] = {
    ...scene.append({ type: 'message' }, '', true),
    seq: 4,
    wire: Buffer.from('"expires_at":""'),
  };
  scene.log.length = 5;
  await scene.attachAndSettle(scene.device('d1'), 2);
  await scene.attachAndSettle(scene.device('d2', bob), 2);
  expect(scene.reads).toHaveLength(2);
  const other = talked();
  other.log[3] = { type: 'message', epoch: 'a', seq: 4, wire: Buffer.from('me'), isPersonal: true };
  await other.attachAndSettle(other.device('d1'), 2);
  await other.attachAndSettle(other.device('d2', bob), 2);
  await other.attachAndSettle(other.device('d3', bob), 4);
  expect(other.reads).toHaveLength(2);
});

test('what the service reads, which does not say whose reactions they are, serves no user', async () => {
  const scene = talked();
  await scene.attachAndSettle(scene.device('d1', SERVICE), 2);
  await scene.attachAndSettle(scene.device('d2', bob), 2);
  await scene.attachAndSettle(scene.device('d3', SERVICE), 2);
  expect(scene.reads).toHaveLength(2);
  expect(scene.textsOf('d2')).toEqual(['3 m3', '4 m4', '5 m5']);
});

test('entries of a new epoch, read before the feed knows of it, serve no device of the old one', async () => {
  const scene = talked();
  const [gone, old] = [scene.device('d1'), scene.head];
  scene.attachAt(gone, 2);
  scene.epoch = 'b';
  scene.log[3] = { type: 'message', epoch: 'b', seq: 4, wire: Buffer.from('other') };
  await new Promise((resolve) => setImmediate(resolve));
  scene.feed.detach(gone);
  await scene.answer();
  scene.feed.attach(scene.device('d2', bob), at(2), old, 1);
  await scene.answer();
  expect(scene.reads).toHaveLength(2);
  expect(scene.textsOf('d2')).toEqual([]);
});

test('without room nothing is kept, and each device reads', async () => {
  const scene = talked(new RecentBytes(3));
  for (const id of ['d1', 'd2']) await scene.attachAndSettle(scene.device(id), 2);
  expect(scene.reads).toHaveLength(2);
  expect(scene.textsOf('d2')).toEqual(['3 m3', '4 m4', '5 m5']);
});

const at = (seq: number, epoch = 'a') => ({ groupId, epoch, seq });

test('users that come back share one read of the members, as long as no membership changes', async () => {
  const scene = talked();
  const first = scene.standings.read(ann, at(3));
  const second = scene.standings.read(bob, at(4));
  await scene.answer();
  expect((await first).position?.member).toEqual(member);
  expect((await second).position?.member).toEqual(member);
  expect(scene.reads).toEqual(['standings ann']);
  scene.append({ type: 'message' }, 'm6');
  expect((await scene.standings.read(bob, at(6))).position?.head.seq).toBe(6);
  scene.leave(bob);
  const third = scene.standings.read(bob, at(6));
  await scene.answer();
  expect((await third).position?.member).toBeNull();
  expect(scene.reads).toEqual(['standings ann', 'standings bob']);
});

async function readTimes(scene: Scene, times: number, claim: ReturnType<typeof at> | null): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const reading = scene.standings.read(ann, claim);
    await scene.answer();
    await reading;
  }
}

test('users that come without a position are no storm: none of them reads a large group whole', async () => {
  const scene = talked();
  scene.isSmall = false;
  await readTimes(scene, 20, null);
  expect(new Set(scene.wholeMaxes)).toEqual(new Set([128]));
});

test('a storm is some reads at once: the count of reads that are far apart begins anew', async () => {
  const scene = talked();
  scene.isSmall = false;
  await readTimes(scene, 8, at(3));
  expect(scene.wholeMaxes).toEqual([...Array.from({ length: 7 }, () => 128), 4096]);
  expect(scene.forgets).toBe(1);
  scene.standings.forget();
  await readTimes(scene, 1, at(3));
  expect(scene.wholeMaxes.at(-1)).toBe(128);
});

test.each([
  ['a position that this node has not reached', at(7)],
  ['a position of another epoch', at(3, 'z')],
  ['no position', null],
])('%s is answered by a read that begins after it', async (_, claim) => {
  const scene = talked();
  const first = scene.standings.read(ann, at(3));
  const second = scene.standings.read(bob, claim);
  await scene.answer();
  const third = scene.standings.read(bob, claim);
  await scene.answer();
  await Promise.all([first, second, third]);
  expect(scene.reads).toEqual(['standings ann', 'standings bob', 'standings bob']);
});

test('a user that was no member in a shared read is asked about again', async () => {
  const scene = talked();
  const carl = user('carl');
  const first = scene.standings.read(ann, at(3));
  await scene.answer();
  await first;
  // Its join is answered on another node, and has not come here yet.
  scene.members.set(carl, member);
  const joined = scene.standings.read(carl, at(3));
  await scene.answer();
  expect((await joined).position?.member).toEqual(member);
});

test('a user that leaves while a shared read is under way is read again', async () => {
  const scene = talked();
  const first = scene.standings.read(ann, at(3));
  scene.leave(bob);
  const second = scene.standings.read(bob, at(3));
  await scene.answer();
  expect((await second).position?.member).toBeNull();
  await first;
});
