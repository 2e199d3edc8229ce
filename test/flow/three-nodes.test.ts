import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { fanOuts } from '../support/cluster/fan-outs.ts';
import { type Device, isDense } from '../support/devices/device.ts';

const patient = { timeoutMs: 20_000 };
/** `text` of every message in the order of its seq. */
const orderOf = (device: Device, groupId: string) =>
  device.messages(groupId).map(({ seq, message }) => `${seq} ${message}`);

describe.each(fanOuts)('with %s fan-out', (fanOut) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ PLENUM_FANOUT: fanOut });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('everyone on every node sees every message exactly once and in the same order', async () => {
    const devices = await cluster.onEachNode(['ada', 'bob', 'cyd']);
    const [ada] = devices;
    await ada?.must('create_group', { group_id: 'order', group_type: 'public' });
    for (const device of devices.slice(1)) await device.must('join_group', { group_id: 'order' });
    const sends = Array.from({ length: 300 }, (_, i) => devices[i % 3]?.send('order', `m${i}`));
    for (const answer of await Promise.all(sends)) expect(answer?.success).toBe(true);
    await eventually(() => {
      for (const device of devices) expect(device.messages('order')).toHaveLength(300);
    }, patient);
    for (const device of devices) {
      expect(orderOf(device, 'order')).toEqual(orderOf(devices[0] ?? device, 'order'));
      expect(isDense(device.seqs('order'))).toBe(true);
    }
  });

  test('50 concurrent senders and 2,000 messages: seqs are dense, acks and pushes agree', async () => {
    const watchers = await cluster.onEachNode(['watch-1', 'watch-2', 'watch-3']);
    await watchers[0]?.must('create_group', { group_id: 'crowd', group_type: 'public' });
    for (const watcher of watchers.slice(1)) await watcher.must('join_group', { group_id: 'crowd' });
    const senders = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        cluster.device(`sender-${i}`, undefined, { auth: { subscribe: 'none' } }),
      ),
    );
    await Promise.all(senders.map((sender) => sender.must('join_group', { group_id: 'crowd' })));
    const acked = new Map<number, string>();
    await Promise.all(
      senders.map(async (sender, s) => {
        for (let i = 0; i < 40; i += 1) {
          const { seq } = await sender.must('relay_msg', { group_id: 'crowd', message: `s${s}-${i}` });
          acked.set(Number(seq), `s${s}-${i}`);
        }
      }),
    );
    expect(acked.size).toBe(2000);
    await eventually(() => {
      for (const device of [...watchers, ...senders]) expect(device.messages('crowd')).toHaveLength(2000);
    }, patient);
    for (const device of [...watchers, ...senders]) {
      expect(isDense(device.seqs('crowd'))).toBe(true);
      for (const { seq, message } of device.messages('crowd')) expect(acked.get(seq)).toBe(message);
    }
  });

  test('one request id sent to three nodes at once makes one entry and three equal acks', async () => {
    const devices = await Promise.all([0, 1, 2].map((i) => cluster.device('triplet', cluster.node(i).url)));
    await devices[0]?.must('create_group', { group_id: 'once', group_type: 'public' });
    // A device whose node is still looking for its groups gets what comes from then on.
    for (const device of devices.slice(1))
      await device.until('subscribed', { groups: [{ group_id: 'once' }] });
    for (let round = 0; round < 50; round += 1) {
      const answers = await Promise.all(
        devices.map((device) => device.send('once', `round ${round}`, `id-${round}`)),
      );
      expect(answers[0]?.success).toBe(true);
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
    await eventually(() => {
      for (const device of devices) expect(device.messages('once')).toHaveLength(50);
    }, patient);
  });

  test.each([false, true])(
    'accepted on one node, the user gets the very next message on another (pub/sub killed: %s)',
    async (isKilled) => {
      for (let round = 0; round < 10; round += 1) {
        const group_id = `club-${isKilled}-${round}`;
        const user = `applicant-${isKilled}-${round}`;
        const owner = await cluster.device(`owner-${isKilled}-${round}`, cluster.node(0).url);
        const applicant = await cluster.device(user, cluster.node(1).url);
        await owner.must('create_group', { group_id, group_type: 'private' });
        await applicant.must('join_group', { group_id });
        if (isKilled) await cluster.killPubSub();
        const accepted = await owner.must('accept_member', { group_id, user_id: user });
        const sent = await owner.must('relay_msg', { group_id, message: 'the very next' });
        expect(sent['seq']).toBe(Number(accepted['seq']) + 1);
        await eventually(() => {
          expect(applicant.messages(group_id).map(({ message }) => message)).toEqual(['the very next']);
          expect(applicant.seqs(group_id)).toEqual([accepted['seq'], sent['seq']]);
        }, patient);
        await applicant.until('membership', { group_id, status: 'active', type: 'accepted' });
      }
    },
  );

  test('a join over REST attaches the sockets that its user has anywhere', async () => {
    const owner = await cluster.device('rest-owner', cluster.node(0).url);
    const phones = await Promise.all([1, 2].map((i) => cluster.device('rest-user', cluster.node(i).url)));
    await owner.must('create_group', { group_id: 'rest-join', group_type: 'public' });
    const answer = await fetch(`${cluster.url}/v1/groups/rest-join/members/rest-user`, {
      method: 'PUT',
      headers: { authorization: 'Bearer admin-token-of-the-tests-with-32-bytes' },
    });
    expect(answer.status).toBe(200);
    for (const phone of phones) await phone.until('subscribed', { groups: [{ group_id: 'rest-join' }] });
    await owner.must('relay_msg', { group_id: 'rest-join', message: 'welcome' });
    for (const phone of phones) await phone.until('relay_message', { result: { message: 'welcome' } });
  });

  test('a kicked user receives nothing after the kick, on any node', async () => {
    const owner = await cluster.device('kick-owner', cluster.node(0).url);
    for (let round = 0; round < 20; round += 1) {
      const group_id = `kick-${round}`;
      const user = `kicked-${round}`;
      const victims = await Promise.all([1, 2].map((i) => cluster.device(user, cluster.node(i).url)));
      await owner.must('create_group', { group_id, group_type: 'public' });
      await victims[0]?.must('join_group', { group_id });
      await victims[1]?.until('subscribed', { groups: [{ group_id }] });
      const burst = Array.from({ length: 20 }, (_, i) => owner.send(group_id, `before or after ${i}`));
      await owner.must('kick_member', { group_id, user_id: user, reason: 'test' });
      await Promise.all(burst);
      await owner.must('relay_msg', { group_id, message: 'last' });
      await owner.until('relay_message', { result: { group_id, message: 'last' } });
      for (const victim of victims) {
        await victim.until('membership', { group_id, status: 'none', type: 'kicked', reason: 'test' });
        // The two come by ways of their own: either may be the first.
        const kick = await victim.until('group_event', { group_id, type: 'kicked' });
        expect(victim.seqs(group_id).at(-1)).toBe(kick['seq']);
        expect(isDense(victim.seqs(group_id))).toBe(true);
      }
    }
  });

  test('after the ack of a mute no later seq belongs to the muted user, in 1,000 tries', async () => {
    const admin = await cluster.device('mute-admin', cluster.node(0).url);
    const talker = await cluster.device('talker', cluster.node(1).url);
    const group_id = 'strict';
    await admin.must('create_group', { group_id, group_type: 'strict_private' });
    await talker.must('join_group', { group_id });
    await admin.must('accept_member', { group_id, user_id: 'talker' });
    let accepted = 0;
    let refused = 0;
    for (let round = 0; round < 1000; round += 1) {
      const sends = [talker.send(group_id, `a${round}`), talker.send(group_id, `b${round}`)];
      const mute = admin.must('mute_member', { group_id, user_id: 'talker' });
      const late = mute.then(() => talker.send(group_id, `late${round}`));
      await mute;
      expect(await late).toMatchObject({ success: false, code: 'muted' });
      for (const answer of await Promise.all(sends)) {
        if (answer.success) accepted += 1;
        else refused += 1;
      }
      await admin.must('unmute_member', { group_id, user_id: 'talker' });
    }
    const muteds = () => admin.pushes('group_event').filter((event) => event['type'] === 'muted');
    await eventually(() => expect(muteds()).toHaveLength(1000), patient);
    await eventually(() => expect(admin.messages(group_id)).toHaveLength(accepted), patient);
    expect(isDense(admin.seqs(group_id))).toBe(true);
    // No message of the muted user is between a `muted` entry and the `unmuted` one after it.
    let isMuted = false;
    for (const { event, payload } of admin.arrivals) {
      if (event === 'group_event') isMuted = (payload as { type: string }).type === 'muted';
      if (event === 'relay_message') expect(isMuted).toBe(false);
    }
    expect(accepted + refused).toBe(2000);
  }, 180_000);

  test('SCRIPT FLUSH and killed pub/sub connections in the middle of traffic lose nothing', async () => {
    const devices = await cluster.onEachNode(['storm-1', 'storm-2', 'storm-3']);
    await devices[0]?.must('create_group', { group_id: 'storm', group_type: 'public' });
    for (const device of devices.slice(1)) await device.must('join_group', { group_id: 'storm' });
    let isOver = false;
    const trouble = (async () => {
      while (!isOver) {
        await cluster.admin.call('SCRIPT', 'FLUSH');
        await cluster.killPubSub();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    for (let i = 0; i < 600; i += 1) {
      const sends = devices.map((device, d) => device.send('storm', `${d}-${i}`));
      for (const answer of await Promise.all(sends)) expect(answer).toMatchObject({ success: true });
    }
    isOver = true;
    await trouble;
    await eventually(() => {
      for (const device of devices) expect(device.messages('storm')).toHaveLength(1800);
    }, patient);
    for (const device of devices) expect(isDense(device.seqs('storm'))).toBe(true);
  }, 120_000);

  test('killed command connections are answered, retried with the same id, and stored once', async () => {
    const devices = await cluster.onEachNode(['retry-1', 'retry-2', 'retry-3']);
    await devices[0]?.must('create_group', { group_id: 'retry', group_type: 'public' });
    for (const device of devices.slice(1)) await device.must('join_group', { group_id: 'retry' });
    const refusals: object[] = [];
    let isOver = false;
    const trouble = (async () => {
      while (!isOver) {
        await cluster.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    const sendUntilAcked = (device: Device, message: string) =>
      eventually(async () => {
        const answer = await device.send('retry', message, message);
        if (!answer.success && !answer.can_retry) refusals.push(answer);
        expect(answer.success).toBe(true);
      }, patient);
    for (let i = 0; i < 100; i += 1) {
      await Promise.all(devices.map((device, d) => sendUntilAcked(device, `${d}-${i}`)));
    }
    isOver = true;
    await trouble;
    await eventually(() => {
      for (const device of devices) expect(device.messages('retry')).toHaveLength(300);
    }, patient);
    expect(refusals).toEqual([]);
    for (const device of devices) {
      expect(isDense(device.seqs('retry'))).toBe(true);
      expect(new Set(device.messages('retry').map(({ message }) => message)).size).toBe(300);
    }
  }, 120_000);
});
