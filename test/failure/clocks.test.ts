/** Nodes an hour ahead and an hour behind: time is what Redis says, on whatever node a request is served. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SkewedNodes } from '../support/cluster/skewed-nodes.ts';
import { type Device, isDense } from '../support/devices/device.ts';

const hourMs = 3_600_000;
const shiftsMs = [0, hourMs, -hourMs];
/** Long enough for a request to come before its end, however much the machine has to do. */
const forMs = 5000;
/** Test processes and Redis share the machine's clock; what differs by less than this is the present. */
const presentMs = 60_000;

let nodes: SkewedNodes;
beforeAll(async () => {
  nodes = await SkewedNodes.start(shiftsMs);
});
afterAll(() => nodes[Symbol.asyncDispose]());

const isPresent = (time: unknown) => Math.abs(Date.parse(String(time)) - Date.now()) < presentMs;
const onEachNode = (user: string) =>
  Promise.all(shiftsMs.map((_, index) => nodes.device(`${user}-${index}`, index)));

async function settled(devices: readonly Device[], groupId: string, count: number): Promise<void> {
  await eventually(() => {
    for (const device of devices) expect(device.messages(groupId)).toHaveLength(count);
  });
}

test('the nodes really are an hour apart', () => {
  for (const [index, shiftMs] of shiftsMs.entries()) {
    expect(Math.abs(nodes.bootTimeOf(index) - Date.now() - shiftMs)).toBeLessThan(presentMs);
  }
});

test('messages from all nodes have one order and the time of Redis', async () => {
  const devices = await onEachNode('order');
  await devices[0]?.must('create_group', { group_id: 'order', group_type: 'public' });
  for (const device of devices.slice(1)) await device.must('join_group', { group_id: 'order' });
  for (let i = 0; i < 20; i += 1) {
    for (const device of devices)
      expect(await device.send('order', `m${i}`)).toMatchObject({ success: true });
  }
  await settled(devices, 'order', 60);
  const [first] = devices;
  for (const device of devices) {
    expect(isDense(device.seqs('order'))).toBe(true);
    expect(device.messages('order')).toEqual(first?.messages('order'));
    for (const { timestamp } of device.messages('order')) expect(isPresent(timestamp)).toBe(true);
  }
  const times = first?.messages('order').map(({ timestamp }) => timestamp) ?? [];
  expect(times).toEqual(times.toSorted());
});

test('a request that is retried on a node of another time has one answer and one entry', async () => {
  const devices = await Promise.all(shiftsMs.map((_, index) => nodes.device('retrier', index)));
  const args = { group_id: 'retry', group_type: 'public' };
  const created = await Promise.all(devices.map((device) => device.request('create_group', args, 'create')));
  const sent = await Promise.all(devices.map((device) => device.send('retry', 'once', 'send')));
  for (const answers of [created, sent]) {
    expect(answers[0]).toMatchObject({ success: true });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  }
  await settled(devices, 'retry', 1);
});

// Those that wait for a mute or a ban to end wait side by side, each in a group of its own.
test.concurrent.each([
  [1, 2],
  [2, 1],
])('a timed mute that node %i sets ends by itself in time for node %i', async (ahead, behind) => {
  const group_id = `mute-${ahead}`;
  const admin = await nodes.device(`admin-${ahead}`, ahead);
  const user_id = `talker-${ahead}`;
  const talker = await nodes.device(user_id, behind);
  await admin.must('create_group', { group_id, group_type: 'strict_private' });
  await talker.must('join_group', { group_id });
  await admin.must('accept_member', { group_id, user_id });
  const { muted_until } = await admin.must('mute_member', { group_id, user_id, for_ms: forMs });
  expect(isPresent(muted_until)).toBe(true);
  const refused = await talker.send(group_id, 'too early');
  expect(refused).toMatchObject({ code: 'muted', details: { muted_until } });
  expect('retry_after_ms' in refused && Number(refused.retry_after_ms)).toBeLessThanOrEqual(forMs);
  await talker.until('group_event', { type: 'unmuted', reason: 'expired' });
  expect(await talker.send(group_id, 'in time')).toMatchObject({ success: true });
});

test.concurrent('a timed ban that one node sets ends in time for the others', async () => {
  const [admin, ...others] = await onEachNode('ban');
  await admin?.must('create_group', { group_id: 'ban', group_type: 'public' });
  const banAndReturn = async (device: Device, user_id: string) => {
    const { banned_until } =
      (await admin?.must('ban_member', { group_id: 'ban', user_id, for_ms: forMs })) ?? {};
    expect(isPresent(banned_until)).toBe(true);
    expect(await device.request('join_group', { group_id: 'ban' })).toMatchObject({ code: 'banned' });
    await eventually(async () => {
      expect(await device.request('join_group', { group_id: 'ban' })).toMatchObject({ success: true });
    });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(String(banned_until)));
  };
  await Promise.all(others.map((device, i) => banAndReturn(device, `ban-${i + 1}`)));
});

test('the buckets of one user are one bucket on all nodes', async () => {
  const devices = await Promise.all(shiftsMs.map((_, index) => nodes.device('greedy', index)));
  await devices[0]?.must('create_group', { group_id: 'bucket', group_type: 'public' });
  const startMs = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 90 }, (_, i) => devices[i % 3]?.send('bucket', `m${i}`)),
  );
  const accepted = answers.filter((answer) => answer?.success).length;
  const elapsedSec = (performance.now() - startMs) / 1000;
  expect(accepted).toBeGreaterThanOrEqual(20);
  expect(accepted).toBeLessThanOrEqual(20 + 10 * elapsedSec + 1);
});

test('a group joined on one node is in the list of its user on the others', async () => {
  const devices = await Promise.all(shiftsMs.map((_, index) => nodes.device('mover', index)));
  const owner = await nodes.device('host', 0);
  for (const [index, device] of devices.entries()) {
    const group_id = `home-${index}`;
    await owner.must('create_group', { group_id, group_type: 'public' });
    await device.must('join_group', { group_id });
  }
  for (const device of devices) {
    const { groups } = await device.must('list_groups', {});
    expect(groups).toMatchObject([0, 1, 2].map((index) => ({ group_id: `home-${index}`, status: 'active' })));
  }
});
