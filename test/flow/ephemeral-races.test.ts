/** Ephemeral messages while memberships end, on three nodes: no device gets a message that was sent after its user was removed. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const tries = 300;
const laneCount = 6;
const endings = ['kick_member', 'ban_member', 'leave_group'] as const;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const deviceOn = async (userId: string, node: number) =>
  new Device(cluster.node(node % 3).url, await tokenOf(userId)).connected();

interface Lane {
  readonly name: string;
  readonly owner: Device;
  readonly bob: Device;
  /** On two nodes. */
  readonly ann: readonly Device[];
}

async function openLane(lane: number): Promise<Lane> {
  const name = `lane${lane}`;
  const [owner, bob, ...ann] = await Promise.all([
    deviceOn(`owner.${name}`, lane),
    deviceOn(`bob.${name}`, lane + 1),
    deviceOn(`ann.${name}`, lane + 1),
    deviceOn(`ann.${name}`, lane + 2),
  ]);
  return { name, owner, bob, ann };
}

const heardIn = (device: Device, group_id: string) =>
  device.pushes('ephemeral_message').filter((push) => push['group_id'] === group_id);

/** One membership ends among ephemeral messages of a member who stays and of the one who goes. */
async function run({ name, owner, bob, ann }: Lane, turn: number): Promise<void> {
  const group_id = `${name}:${turn}`;
  const userId = `ann.${name}`;
  const [first] = ann;
  if (first === undefined) throw new Error('ann has no device');
  await owner.must('create_group', { group_id, group_type: 'public' });
  for (const device of [bob, first]) await device.must('join_group', { group_id });
  // From then on each is live: an ephemeral message does not wait for a device that is being attached.
  for (const device of [owner, bob, ...ann])
    await device.until('group_event', { group_id, type: 'joined', user_id: userId });
  const ending = endings[turn % endings.length] ?? 'kick_member';
  const push = (device: Device, message: string) =>
    device.request('relay_msg', { group_id, message, ephemeral: true });
  const end = () =>
    ending === 'leave_group'
      ? first.must(ending, { group_id })
      : owner.must(ending, { group_id, user_id: userId });
  const asks = ['a', 'b', 'c', 'd'].map((text) => push(bob, text));
  const own = ['x', 'y'].map((text) => push(first, text));
  const ended = end();
  asks.push(...['e', 'f', 'g', 'h'].map((text) => push(bob, text)));
  own.push(push(first, 'z'));
  await ended;
  asks.push(push(bob, 'late'));
  own.push(push(first, 'too late'));
  const [sent, ofAnn] = [await Promise.all(asks), await Promise.all(own)];
  expect(sent.every(({ success }) => success)).toBe(true);
  expect(ofAnn.at(-1)).toMatchObject({ code: ending === 'ban_member' ? 'banned' : 'not_a_member' });
  const types = ['kicked', 'banned', 'left'];
  const event = await owner.until('group_event', {
    ...{ group_id, user_id: userId },
    type: types[endings.indexOf(ending)],
  });
  const endSeq = Number(event['seq']);
  const expected = sent.length + ofAnn.filter(({ success }) => success).length;
  for (const device of [owner, bob]) {
    await eventually(() =>
      expect(heardIn(device, group_id).map(({ message }) => message)).toHaveLength(expected),
    );
    const ids = heardIn(device, group_id).map(({ request_id }) => request_id);
    expect(new Set(ids).size).toBe(expected);
  }
  const heard = heardIn(owner, group_id);
  const isAfter = (push: Readonly<Record<string, unknown>>) => Number(push['after_seq']) >= endSeq;
  expect(heard.filter(({ from_user_id }) => from_user_id === userId).filter(isAfter)).toEqual([]);
  expect(heard.find(({ message }) => message === 'late')).toMatchObject({ after_seq: endSeq });
  for (const device of ann) {
    await device.until('group_event', { group_id, seq: endSeq });
    expect(heardIn(device, group_id).filter(isAfter)).toEqual([]);
  }
  for (const device of [owner, bob, ...ann]) device.arrivals.length = 0;
  await owner.must('delete_group', { group_id });
}

test('who is removed gets nothing that was sent afterwards, and others get all of it once', async () => {
  let begun = 0;
  const work = async (_: unknown, lane: number) => {
    const opened = await openLane(lane);
    while (begun < tries) {
      begun += 1;
      await run(opened, begun);
    }
    for (const device of [opened.owner, opened.bob, ...opened.ann]) device.socket.disconnect();
  };
  await Promise.all(Array.from({ length: laneCount }, work));
  expect(begun).toBeGreaterThanOrEqual(tries);
}, 120_000);
