/**
 * A user that joins and leaves a group on one node, with devices on two nodes, while both nodes send: where joins and leaves are
 * no entries, each device gets exactly the entries of the user's ranges. What the ranges are is read where Redis publishes them.
 */
import { numberedTags } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { eventually, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';
import { Device, isDense } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:one';
const groupId = groupIdSchema.parse(group_id);
const tries = 300;
/** Begins the text of what is sent while ann is no member. */
const away = 'away';

interface Range {
  readonly from: number;
  to: number;
}

const environment = { HOST: '127.0.0.1', ...nodeSettings };

/** Two nodes, a counting group that both host, and the ranges of ann as they are published. */
async function begin() {
  const redis = await startRedis();
  const nodes = await Promise.all(
    ['first', 'second'].map(() => NodeOnPort.start({ ...environment, REDIS_URL: redis.serviceUrl })),
  );
  const tap = new Redis(redis.url);
  const devices: Device[] = [];
  const deviceAt = async (node: number, userId: string) => {
    const device = new Device(`http://${nodes[node]?.address}`, await tokenOf(userId));
    devices.push(device);
    return device.connected();
  };
  const [owner, secondOwner] = [await deviceAt(0, 'owner'), await deviceAt(1, 'owner')];
  await owner.must('create_group', { group_id, group_type: 'public', membership_events: 'counts' });
  await secondOwner.until('subscribed', { groups: [{ group_id }] });
  const anns = [await deviceAt(0, 'ann'), await deviceAt(1, 'ann')] as const;
  const ranges: Range[] = [];
  tap.on('smessage', (_: string, payload: string) => {
    const [, type, user, seq] = /"type":"(joined|left)","user_id":"(\w+)".*?"seq":(\d+)/.exec(payload) ?? [];
    if (user !== 'ann' || !payload.startsWith('{"uid":"plenum1 s ')) return;
    if (type === 'joined') ranges.push({ from: Number(seq) + 1, to: Number.POSITIVE_INFINITY });
    else for (const range of ranges.slice(-1)) range.to = Number(seq);
  });
  await tap.ssubscribe(`plenum#/#${numberedTags.groupRoom(groupId)}#`);
  const owners = [owner, secondOwner] as const;
  return {
    ...{ redis, owners, anns, ranges },
    /** Ann joins and leaves by turns, on a node that chance chooses, while the owner sends on both. */
    joinsAndLeaves: async (alongside: (round: number) => Promise<unknown> = async () => {}) => {
      for (let round = 0; round < tries; round += 1) {
        const ann = anns[Math.random() < 0.5 ? 0 : 1];
        const sends = Array.from({ length: Math.floor(Math.random() * 4) }, (_, n) =>
          owners[Math.random() < 0.5 ? 0 : 1].must('relay_msg', { group_id, message: `${round} ${n}` }),
        );
        const change = ann.must(round % 2 === 0 ? 'join_group' : 'leave_group', { group_id });
        await Promise.all([change, ...sends, alongside(round)]);
        if (round % 2 === 0) continue;
        await owners[round % 4 === 1 ? 0 : 1].must('relay_msg', { group_id, message: `${away} ${round}` });
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const device of devices) device.socket.disconnect();
      tap.disconnect();
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
      await redis.stop();
    },
  };
}

const isWithin = (ranges: readonly Range[], seq: number) =>
  ranges.some(({ from, to }) => from <= seq && seq <= to);

/** The owner's devices get everything: when they have the last entry, nothing is on its way. */
async function settled(owners: readonly Device[], head: number): Promise<readonly number[]> {
  await eventually(() => {
    for (const owner of owners) expect(owner.seqs(group_id).at(-1)).toBe(head);
  });
  for (const owner of owners) expect(isDense(owner.seqs(group_id))).toBe(true);
  return owners[0]?.seqs(group_id) ?? [];
}

/** Seqs that were passed over although nothing told the device that its position moves. */
function holesOf(device: Device): number[] {
  let next: number | null = null;
  const holes: number[] = [];
  for (const { event, payload } of device.arrivals) {
    if (event === 'resync' || event === 'subscribed' || event === 'membership') next = null;
    const entry = event === 'relay_message' ? (payload as { result: { seq: number } }).result : null;
    if (entry === null) continue;
    if (next !== null && entry.seq !== next) holes.push(next);
    next = entry.seq + 1;
  }
  return holes;
}

const headOf = async (device: Device) => Number((await device.must('get_group_info', { group_id }))['seq']);

test('nothing outside the ranges of a user is received on any node, and nothing inside is lost', async () => {
  await using scene = await begin();
  await scene.joinsAndLeaves();
  const all = await settled(scene.owners, await headOf(scene.owners[0]));
  expect(scene.ranges).toHaveLength(tries / 2);
  const inside = all.filter((seq) => isWithin(scene.ranges, seq));
  for (const ann of scene.anns) {
    await eventually(() => expect(ann.seqs(group_id)).toEqual(inside));
    // A leave may come right behind the answer to a join: then the joining device hears that it is no member.
    expect(ann.pushes('resync').filter(({ reason }) => reason !== 'not_a_member')).toEqual([]);
    await eventually(() => expect(ann.pushes('membership')).toHaveLength(tries));
  }
});

test('while nodes lose what is published, nothing outside is received, and each loss is reported', async () => {
  await using scene = await begin();
  const admin = new Redis(scene.redis.url);
  await scene.joinsAndLeaves(async (round) => {
    if (round % 10 === 5) await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  });
  await admin.quit();
  await scene.anns[0].must('join_group', { group_id });
  const last = { group_id, message: 'the last one' };
  await eventually(async () => {
    await scene.owners[1].must('relay_msg', last);
    for (const { messages } of scene.anns.map((ann) => ({ messages: ann.messages(group_id) }))) {
      expect(messages.at(-1)).toMatchObject(last);
    }
  });
  for (const ann of scene.anns) {
    expect(ann.messages(group_id).filter(({ message }) => message?.startsWith(away))).toEqual([]);
    expect(holesOf(ann)).toEqual([]);
  }
});
