/** A node that thousands came to and left is as it was before: nothing is kept of a connection that is gone. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';
import { WatchedNode } from './watched-node.ts';

const sockets = 2000;
const groups = 100;
const cycles = 2;
const atATime = 50;

/**
 * Each connection of a cycle may leave this much. What lives on belongs to no connection: caches with a bound (the
 * partitions of 10,000 ids, about 1 MB in all) and compiled code. The least that could leak, a closure with what it holds,
 * is some 100 bytes, and a session with its socket is 13,000.
 */
const leftPerConnectionMax = 200;
const connectionsPerCycle = 2 * sockets;

let node: WatchedNode;
beforeAll(async () => {
  node = await WatchedNode.start();
});
afterAll(() => node[Symbol.asyncDispose]());

async function inShares<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += atATime)
    await Promise.all(items.slice(at, at + atATime).map(act));
}

interface Visitor {
  readonly userId: string;
  readonly groupId: string;
}

const arrive = async ({ userId }: Visitor): Promise<Device> =>
  new Device(node.url, await tokenOf(userId), { reconnection: false }).connected();

/** Every user comes, joins, gets a message, is cut and comes back, leaves; no name is used in two cycles. */
async function visit(cycle: number): Promise<void> {
  const visitors = Array.from(
    { length: sockets },
    (_, i): Visitor => ({
      userId: `visitor:${cycle}:${i}`,
      groupId: `visited:${cycle}:${i % groups}`,
    }),
  );
  const first = new Map<Visitor, Device>();
  await inShares(visitors, async (visitor) => {
    const device = await arrive(visitor);
    await device.must('join_group', { group_id: visitor.groupId });
    first.set(visitor, device);
  });
  await inShares(visitors.slice(0, groups), async (visitor) => {
    await first.get(visitor)?.send(visitor.groupId, 'hello all');
  });
  for (const device of first.values()) device.socket.disconnect();
  await inShares(visitors, async (visitor) => {
    const device = await arrive(visitor);
    await device.must('leave_group', { group_id: visitor.groupId });
    device.socket.disconnect();
  });
}

/** @returns what is left when the last feed has closed. */
const emptied = () =>
  eventually(
    async () => {
      const remains = await node.remains();
      expect(remains).toMatchObject({ feeds: 0, users: 0 });
      return remains;
    },
    { timeoutMs: 30_000, everyMs: 500 },
  );

test('after 2,000 sockets came, joined, were cut, came back and left, nothing of them is left', async () => {
  // The first cycle pays for what is made once: code, pools, caches.
  await visit(0);
  const before = await emptied();
  for (let cycle = 1; cycle <= cycles; cycle += 1) await visit(cycle);
  const after = await eventually(
    async () => {
      const remains = await emptied();
      expect(remains).toMatchObject({ channels: before.channels, openFiles: before.openFiles });
      return remains;
    },
    { timeoutMs: 30_000, everyMs: 500 },
  );
  const leftPerConnection = (after.heapBytes - before.heapBytes) / (cycles * connectionsPerCycle);
  expect(leftPerConnection).toBeLessThan(leftPerConnectionMax);
});
