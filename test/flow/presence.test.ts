/** Presence, typing, read marks and cuts as a client and an operator meet them, on both engines and over three nodes. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { engines, Service } from '../support/cluster/service.ts';
import { Device } from '../support/devices/device.ts';
import { httpRequest, tokenOf } from '../support/wire/http.ts';

const patient = { timeoutMs: 15_000 };

describe.each(engines)('on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings: { absenceMs: 1500 } });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const onlineIn = async (group_id: string) =>
    (await service.rest('GET', `/v1/groups/${group_id}/presence`)).body;

  test('presence can be read by socket and by REST, and transitions are pushed', async () => {
    const ann = await service.device('ann');
    await ann.must('create_group', { group_id: 'talk', group_type: 'public' });
    const bob = await service.device('bob');
    await bob.must('join_group', { group_id: 'talk' });
    await ann.until('presence_changed', { group_id: 'talk', user_id: 'bob', online: true, count: 2 });
    expect(await onlineIn('talk')).toMatchObject({ count: 2 });
    const { members } = await ann.must('list_members', { group_id: 'talk' });
    expect(members).toMatchObject([
      { user_id: 'ann', online: true },
      { user_id: 'bob', online: true },
    ]);
    bob.socket.disconnect();
    await ann.until('presence_changed', { group_id: 'talk', user_id: 'bob', online: false, count: 1 });
    expect(await ann.must('presence', { group_id: 'talk' })).toEqual({ online: ['ann'], count: 1 });
  });

  test('a user with two devices is online until the last is gone', async () => {
    const first = await service.device('twice');
    await first.must('create_group', { group_id: 'pair', group_type: 'public' });
    const second = await service.device('twice');
    await second.until('subscribed');
    first.socket.disconnect();
    const watcher = await service.device('watcher');
    await watcher.must('join_group', { group_id: 'pair' });
    await eventually(async () => expect(await onlineIn('pair')).toMatchObject({ count: 2 }));
    second.socket.disconnect();
    await watcher.until('presence_changed', { user_id: 'twice', online: false });
  });

  test('a kicked user is offline at once', async () => {
    const owner = await service.device('kicker');
    await owner.must('create_group', { group_id: 'strict', group_type: 'public' });
    const guest = await service.device('kicked');
    await guest.must('join_group', { group_id: 'strict' });
    await eventually(async () => expect(await onlineIn('strict')).toMatchObject({ count: 2 }));
    await owner.must('kick_member', { group_id: 'strict', user_id: 'kicked' });
    expect(await onlineIn('strict')).toEqual({ online: ['kicker'], count: 1 });
  });

  test('typing reaches the others and not the one who types, and is bounded', async () => {
    const writer = await service.device('writer');
    await writer.must('create_group', { group_id: 'typing', group_type: 'public' });
    const reader = await service.device('reader');
    await reader.must('join_group', { group_id: 'typing' });
    expect(await writer.must('typing', { group_id: 'typing' })).toEqual({});
    await reader.until('typing', { group_id: 'typing', user_id: 'writer' });
    expect(writer.pushes('typing')).toEqual([]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => writer.request('typing', { group_id: 'typing' })),
    );
    const refused = answers.filter((answer) => !answer.success);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ code: 'rate_limited', can_retry: true });
  });

  test('list_groups says how many messages are unread, until they are marked', async () => {
    const writer = await service.device('author');
    await writer.must('create_group', { group_id: 'inbox', group_type: 'public' });
    const reader = await service.device('student');
    const { seq } = await reader.must('join_group', { group_id: 'inbox' });
    const first = await writer.must('relay_msg', { group_id: 'inbox', message: 'one' });
    const second = await writer.must('relay_msg', { group_id: 'inbox', message: 'two' });
    const rowOf = async () => (await reader.must('list_groups', {}))['groups'];
    expect(await rowOf()).toMatchObject([{ group_id: 'inbox', read_seq: seq, unread: 2 }]);
    const half = await reader.must('mark_read', { group_id: 'inbox', seq: first['seq'] });
    expect(half).toEqual({ read_seq: first['seq'], unread: 1 });
    await reader.must('mark_read', { group_id: 'inbox', seq: 1_000_000 });
    expect(await rowOf()).toMatchObject([{ read_seq: second['seq'], unread: 0 }]);
  });

  test('own messages are read: ten of them leave nothing unread to their sender', async () => {
    const writer = await service.device('monologue');
    await writer.must('create_group', { group_id: 'own', group_type: 'public' });
    const other = await service.device('dialogue');
    await other.must('join_group', { group_id: 'own' });
    for (let i = 0; i < 10; i += 1) await writer.must('relay_msg', { group_id: 'own', message: `${i}` });
    const unreadOf = async (device: Device) => {
      const { groups } = await device.must('list_groups', {});
      return (groups as { group_id: string; unread: number }[]).find(({ group_id }) => group_id === 'own')
        ?.unread;
    };
    expect([await unreadOf(writer), await unreadOf(other)]).toEqual([0, 10]);
    const body = { from_user_id: 'dialogue', message: 'over REST' };
    await service.rest('POST', '/v1/groups/own/messages', { body });
    expect([await unreadOf(writer), await unreadOf(other)]).toEqual([1, 0]);
  });

  test("a mark of one device is pushed once to the user's other devices, and to no other user", async () => {
    const writer = await service.device('sender');
    await writer.must('create_group', { group_id: 'desk', group_type: 'public' });
    const phone = await service.device('reader-of-two');
    await phone.must('join_group', { group_id: 'desk' });
    const laptop = await service.device('reader-of-two');
    await laptop.until('subscribed');
    await writer.must('relay_msg', { group_id: 'desk', message: 'one' });
    const { epoch, seq } = await writer.must('relay_msg', { group_id: 'desk', message: 'two' });
    await phone.must('mark_read', { group_id: 'desk', seq: Number(seq) - 1 });
    await phone.must('mark_read', { group_id: 'desk', seq: Number(seq) - 1 });
    await phone.must('mark_read', { group_id: 'desk', seq: 1 });
    await laptop.must('mark_read', { group_id: 'desk', seq });
    await phone.until('read');
    const pushed = { group_id: 'desk', epoch };
    expect(phone.pushes('read')).toEqual([{ ...pushed, read_seq: seq, unread: 0 }]);
    expect(laptop.pushes('read')).toEqual([{ ...pushed, read_seq: Number(seq) - 1, unread: 1 }]);
    const back = { group_id: 'desk', seq: Number(seq) - 1, unread: true };
    expect(await laptop.must('mark_read', back)).toEqual({ read_seq: Number(seq) - 1, unread: 1 });
    const lowered = { ...pushed, read_seq: Number(seq) - 1, unread: 1, lowered: true };
    expect(await phone.until('read', { lowered: true })).toEqual(lowered);
    expect(writer.pushes('read')).toEqual([]);
  });

  test('an ephemeral group forgets who has gone, with one entry', async () => {
    const host = await service.device('host');
    await host.must('create_group', { group_id: 'party', group_type: 'public', ephemeral: true });
    const guest = await service.device('guest');
    await guest.must('join_group', { group_id: 'party' });
    await host.until('presence_changed', { user_id: 'guest', online: true });
    guest.socket.disconnect();
    await host.until('group_event', { group_id: 'party', type: 'left', user_id: 'guest' });
    await host.must('relay_msg', { group_id: 'party', message: 'who is left' });
    await host.until('relay_message', { result: { message: 'who is left' } });
    const left = host.pushes('group_event').filter(({ type }) => type === 'left');
    expect(left).toMatchObject([{ user_id: 'guest', actor_id: '$service', reason: 'absence' }]);
  });

  test('only the service may disconnect and revoke', async () => {
    const token = await tokenOf('ann');
    for (const verb of ['disconnect', 'revoke']) {
      const answer = await service.rest('POST', `/v1/users/bob/${verb}`, { token });
      expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
    }
  });

  test('a revoked token is cut, and refused when it comes again', async () => {
    const token = await tokenOf('outcast');
    await using device = await new Device(service.url, token, { reconnection: false }).connected();
    const answer = await service.rest('POST', '/v1/users/outcast/revoke');
    expect(answer.body).toMatchObject({ status: 'revoked', revoked_at: expect.any(String) });
    await device.until('closing', { code: 'revoked' });
    await using again = new Device(service.url, token, { reconnection: false });
    await expect(again.connected()).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
  });
});

describe('on three nodes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('a user counts once over all nodes, and every node answers the same', async () => {
    const devices = await Promise.all(
      [0, 1, 2].map((i) => cluster.device('everywhere', cluster.node(i).url)),
    );
    await devices[0]?.must('create_group', { group_id: 'wide', group_type: 'public' });
    const watcher = await cluster.device('far', cluster.node(1).url);
    await watcher.must('join_group', { group_id: 'wide' });
    for (const { url } of cluster.nodes) {
      await eventually(async () => {
        const { body } = await httpRequest('GET', `${url}/v1/groups/wide/presence`);
        expect(body).toMatchObject({ count: 2 });
      }, patient);
    }
    for (const device of devices.slice(0, 2)) device.socket.disconnect();
    await watcher.must('presence', { group_id: 'wide' });
    devices[2]?.socket.disconnect();
    await watcher.until('presence_changed', { user_id: 'everywhere', online: false, count: 1 });
    const turns = watcher.pushes('presence_changed').filter(({ user_id }) => user_id === 'everywhere');
    expect(turns.filter(({ online }) => online === false)).toHaveLength(1);
  });

  test.each(['disconnect', 'revoke'])('%s reaches sockets on every node', async (verb) => {
    const user = `far-${verb}`;
    const devices = await Promise.all([0, 1, 2].map((i) => cluster.device(user, cluster.node(i).url)));
    await devices[0]?.must('create_group', { group_id: `cut-${verb}`, group_type: 'public' });
    for (const device of devices.slice(1)) await device.until('subscribed');
    await httpRequest('POST', `${cluster.url}/v1/users/${user}/${verb}`);
    const code = verb === 'revoke' ? 'revoked' : 'disconnected';
    for (const device of devices) await device.until('closing', { code });
  });

  test('a mark is pushed to the devices of the user on every node', async () => {
    const devices = await Promise.all([0, 1, 2].map((i) => cluster.device('marker', cluster.node(i).url)));
    const [first, ...others] = devices;
    const created = await first?.must('create_group', { group_id: 'marked', group_type: 'public' });
    for (const device of others) await device.until('subscribed');
    const sender = await cluster.device('marked-sender', cluster.node(1).url);
    await sender.must('join_group', { group_id: 'marked' });
    await sender.must('relay_msg', { group_id: 'marked', message: 'news' });
    await first?.must('mark_read', { group_id: 'marked', seq: 3 });
    const pushed = { group_id: 'marked', epoch: created?.['epoch'], read_seq: 3, unread: 0 };
    for (const device of others) expect(await device.until('read')).toEqual(pushed);
    expect(first?.pushes('read')).toEqual([]);
  });

  test('a user who connects on one node while revoked on another is cut or refused', async () => {
    for (let round = 0; round < 10; round += 1) {
      const user = `racer-${round}`;
      const token = await tokenOf(user);
      const device = new Device(cluster.node(0).url, token, { reconnection: false });
      await using _ = device;
      const revoked = httpRequest('POST', `${cluster.node(1).url}/v1/users/${user}/revoke`);
      await device.connected().catch(() => undefined);
      await revoked;
      await eventually(() => expect(device.socket.connected).toBe(false), patient);
    }
  });

  test('a user who is kicked and joins again at once is online if and only if a member', async () => {
    const owner = await cluster.device('breath-owner', cluster.node(0).url);
    const guest = await cluster.device('breath-guest', cluster.node(1).url);
    await owner.must('create_group', { group_id: 'breath', group_type: 'public' });
    await guest.must('join_group', { group_id: 'breath' });
    for (let round = 0; round < 10; round += 1) {
      await owner.must('kick_member', { group_id: 'breath', user_id: 'breath-guest' });
      await guest.must('join_group', { group_id: 'breath' });
    }
    await eventually(async () => {
      expect(await owner.must('presence', { group_id: 'breath' })).toMatchObject({ count: 2 });
    }, patient);
    await owner.must('kick_member', { group_id: 'breath', user_id: 'breath-guest' });
    expect(await owner.must('presence', { group_id: 'breath' })).toMatchObject({ count: 1 });
  });
});
