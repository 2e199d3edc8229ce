/** The budget on real TCP connections whose peers read or do not read; the test moves the time. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { watchTelemetry } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { eventually, ManualClock } from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boundsOf, UnreadBudget } from './unread-budget.ts';
import { noUnread, type UnreadSums } from './unread-sums.ts';

const mib = 1024 * 1024;
/** Far more than the kernel takes for a peer that does not read. */
const much = Buffer.alloc(24 * mib, 'x');
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let server: Server;
let clock: ManualClock;
let budget: UnreadBudget;
let cuts: string[];
let endWatch: () => void;
const open: Socket[] = [];

beforeEach(async () => {
  server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  clock = new ManualClock();
  budget = new UnreadBudget({ clock, logger: quiet, bounds: boundsOf(64 * mib) });
  cuts = [];
  endWatch = watchTelemetry('unread_cut', ({ userId, scope, door }) =>
    cuts.push(`${userId} ${scope} ${door}`),
  );
});
afterEach(async () => {
  endWatch();
  budget.stop();
  for (const socket of open.splice(0)) socket.destroy();
  server.close();
  await once(server, 'close');
});

/** A connection of the node, and its peer, which does not read unless the test lets it. */
async function connection(user: string) {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const accepted = once(server, 'connection');
  const peer = connect(address.port, '127.0.0.1').pause();
  const [tcp]: Socket[] = await accepted;
  if (tcp === undefined) throw new Error('no connection');
  for (const socket of [peer, tcp]) open.push(socket.on('error', () => {}));
  const outbound = budget.of(tcp);
  outbound.userId = userIdSchema.parse(user);
  const write = (bytes: Buffer) => {
    tcp.write(bytes);
    outbound.wrote(bytes.length);
  };
  return { peer, tcp, write };
}

test('an answer that is not read counts, and is cut after a second above the bound of its user', async () => {
  const { tcp, write } = await connection('eve');
  write(much);
  await clock.advance(250);
  expect(budget.bytes).toBeGreaterThan(16 * mib);
  expect(cuts).toEqual([]);
  await clock.advance(1000);
  expect(cuts).toEqual(['eve connection http']);
  expect(tcp.destroyed).toBe(true);
  expect(budget.bytes).toBe(0);
});

test('a peer that reads all the time is never cut, however much it is given', async () => {
  const { peer, tcp, write } = await connection('ann');
  let read = 0;
  let goal = 0;
  peer.on('data', ({ length }) => {
    read += length;
    if (read >= goal) peer.pause();
  });
  const readTo = async (bytes: number) => {
    goal = bytes;
    peer.resume();
    await eventually(() => expect(read).toBeGreaterThanOrEqual(goal));
  };
  // Half of it is more than the kernel takes: from look to look the peer has read, and is above every bound of its own.
  for (let round = 1; round <= 5; round += 1) {
    write(much);
    await readTo(round * (much.length / 2));
    await clock.advance(250);
    expect(budget.bytes).toBeGreaterThan(16 * mib);
  }
  await readTo(5 * much.length);
  await clock.advance(250);
  expect(cuts).toEqual([]);
  expect(tcp.destroyed).toBe(false);
  expect(budget.bytes).toBe(0);
});

test('a peer that takes nothing for half a minute is cut, however little waits', async () => {
  const { tcp, write } = await connection('eve');
  write(much.subarray(0, 7 * mib));
  await clock.advance(29_000);
  expect(tcp.destroyed).toBe(false);
  await clock.advance(2000);
  expect(cuts).toEqual(['eve time http']);
});

test('a full process has no room until it has cut peers that do not read', async () => {
  for (let n = 0; n < 12; n += 1) {
    const { write } = await connection(`u${n}`);
    write(much.subarray(0, 8 * mib));
  }
  let isResumed = false;
  budget.whenCapacity(() => {
    isResumed = true;
  });
  budget.look();
  expect(budget.hasCapacity).toBe(false);
  expect(isResumed).toBe(false);
  await clock.advance(1500);
  expect(budget.hasCapacity).toBe(true);
  expect(isResumed).toBe(true);
  expect(cuts.length).toBeGreaterThan(0);
});

test('a connection that is given up is not read until its peer has taken all, and stays open', async () => {
  const { peer, tcp, write } = await connection('ann');
  write(much.subarray(0, 7 * mib));
  tcp.resume();
  budget.giveUp(budget.of(tcp));
  expect(tcp.isPaused()).toBe(true);
  await clock.advance(29_000);
  expect(tcp.destroyed).toBe(false);
  peer.resume();
  await eventually(() => expect(tcp.isPaused()).toBe(false));
  expect(tcp.destroyed).toBe(false);
});

test('a connection that was given up and is not read ends by itself', async () => {
  const { tcp, write } = await connection('ann');
  write(much.subarray(0, 7 * mib));
  budget.giveUp(budget.of(tcp));
  await clock.advance(31_000);
  expect(tcp.destroyed).toBe(true);
});

test('a closed connection counts no more', async () => {
  const { peer, tcp, write } = await connection('ann');
  write(much);
  await clock.advance(250);
  peer.destroy();
  tcp.destroy();
  await once(tcp, 'close');
  expect(budget.bytes).toBe(0);
});

test('an answer that ends when its connection is gone already counts nothing', async () => {
  const { tcp } = await connection('ann');
  tcp.destroy();
  await once(tcp, 'close');
  budget.of(tcp).wrote(1000);
  expect(budget.bytes).toBe(0);
});

test('what is queued for a closed transport counts nothing, though its TCP connection is open', async () => {
  const { tcp } = await connection('ann');
  const outbound = budget.of(tcp);
  outbound.device = { cut: () => {} };
  outbound.count(1000, 1, true);
  await clock.advance(250);
  expect(budget.bytes).toBe(1000);
  budget.giveUp(outbound);
  await clock.advance(250);
  expect(budget.bytes).toBe(0);
});

test('of a shared budget each process knows what the others hold, and says what it holds', async () => {
  budget.stop();
  let others: UnreadSums = noUnread;
  const reported: UnreadSums[] = [];
  const sharing = { workers: 2, others: () => others, report: (own: UnreadSums) => reported.push(own) };
  budget = new UnreadBudget({ clock, logger: quiet, bounds: boundsOf(64 * mib), sharing });
  const { tcp, write } = await connection('eve');
  write(Buffer.alloc(7 * mib, 'x'));
  budget.look();
  const held = reported.at(-1)?.users.get('eve') ?? 0;
  expect(held).toBe(budget.bytes);
  expect(held).toBeGreaterThan(mib);
  expect(budget.hasCapacity).toBe(true);
  await clock.advance(2000);
  expect(cuts).toEqual([]);

  // Another process holds almost all that the user, and the machine, may.
  others = { ...noUnread, bytes: 64 * mib, each: [64 * mib], users: new Map([['eve', 15 * mib]]) };
  expect(budget.hasCapacity).toBe(false);
  await clock.advance(1000);
  expect(cuts).toEqual(['eve user http']);
  expect(tcp.destroyed).toBe(true);
  expect(reported.at(-1)).toBe(noUnread);
});
