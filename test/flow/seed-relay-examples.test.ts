/**
 * The first seed's document, example by example: PhoenixGenApi.Relay's calls, payloads and pushes, from a channel and from
 * the process itself, as they read in Plenum's names.
 */
import { eventually } from '@plenum/testkit';
import { createPlenum } from 'plenum';
import { describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { isDense } from '../support/devices/device.ts';

const isoMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const room = { group_id: 'room_1', group_type: 'public' };

describe.each(engines)('seed relay examples on %s', (engine) => {
  test('client protocol: the request, the response to the sender and the push to all members', async () => {
    await using service = await Service.start(engine, { service: 'chat_service' });
    const sender = await service.device('user_1');
    const others = [await service.device('user_2'), await service.device('user_3')];
    await sender.must('create_group', room);
    for (const other of others) await other.must('join_group', { group_id: 'room_1' });
    const answer = await sender.ask({
      service: 'chat_service',
      request_type: 'relay_msg',
      request_id: 'req_123',
      args: { group_id: 'room_1', message: 'Hello everyone!' },
    });
    expect(answer).toMatchObject({
      request_id: 'req_123',
      success: true,
      result: { status: 'relayed', recipients_count: 3 },
    });
    for (const device of [sender, ...others]) {
      const push = await device.until('relay_message', { request_id: 'req_123' });
      expect(push).toEqual({
        request_id: 'req_123',
        success: true,
        result: {
          group_id: 'room_1',
          from_user_id: 'user_1',
          message: 'Hello everyone!',
          timestamp: expect.stringMatching(isoMs),
          message_id: expect.any(String),
          epoch: expect.any(String),
          seq: expect.any(Number),
        },
      });
    }
  });

  test('the channel event has any name that is configured, and without an ack the answer is pushed', async () => {
    await using service = await Service.start(engine, { event: 'chat', service: 'chat_service' });
    const device = await service.device('user_1', { event: 'chat' });
    await device.must('create_group', room);
    device.socket.emit('chat', {
      service: 'chat_service',
      request_type: 'send_message',
      request_id: 'msg_1',
      args: { group_id: 'room_1', message: 'Hello everyone!' },
    });
    const response = await device.until('response', { request_id: 'msg_1' });
    expect(response).toMatchObject({ success: true, result: { status: 'relayed', recipients_count: 1 } });
    await device.until('relay_message', { result: { from_user_id: 'user_1', message: 'Hello everyone!' } });
  });

  test('direct API: create, join, leave, accept, mute, unmute, inspect, delete', async () => {
    await using service = await Service.start(engine);
    const { groups, send } = service.plenum;
    const groupId = 'room_1';
    expect(await groups.create({ groupId, groupType: 'strict_private', creatorId: 'admin' })).toMatchObject({
      ok: true,
    });
    expect(await groups.join({ groupId, userId: 'user_2' })).toMatchObject({
      ok: true,
      result: { status: 'pending' },
    });
    expect(await groups.accept({ groupId, actorId: 'admin', userId: 'user_2' })).toMatchObject({ ok: true });
    expect(await groups.mute({ groupId, actorId: 'admin', userId: 'user_2' })).toMatchObject({ ok: true });
    expect(await send(groupId, 'user_2', 'no')).toMatchObject({ ok: false, failure: { code: 'muted' } });
    expect(await groups.unmute({ groupId, actorId: 'admin', userId: 'user_2' })).toMatchObject({ ok: true });
    expect(await send(groupId, 'user_2', 'yes')).toMatchObject({ ok: true, result: { recipients_count: 2 } });
    expect(await groups.info({ groupId, includeMembers: true })).toMatchObject({
      ok: true,
      result: {
        group_id: groupId,
        group_type: 'strict_private',
        members: {
          admin: { roles: ['admin'], status: 'active', joined_at: expect.stringMatching(isoMs) },
          user_2: { roles: ['member'], status: 'active', joined_at: expect.stringMatching(isoMs) },
        },
      },
    });
    expect(await groups.leave({ groupId, userId: 'user_2' })).toMatchObject({ ok: true });
    expect(await groups.delete({ groupId })).toMatchObject({ ok: true });
    expect(await groups.info({ groupId })).toMatchObject({ ok: false, failure: { code: 'group_not_found' } });
  });

  test('the complete example: a chat channel joins on connect and relays what it is sent', async () => {
    await using service = await Service.start(engine, { event: 'chat', service: 'chat_service' });
    const host = await service.device('host', { event: 'chat' });
    await host.must('create_group', room);
    const channel = await service.device('guest', { event: 'chat' });
    expect(await channel.must('join_group', { group_id: 'room_1', ensure: true })).toMatchObject({
      status: 'active',
    });
    expect(await channel.must('join_group', { group_id: 'room_1', ensure: true })).toMatchObject({
      status: 'active',
    });
    const printed: string[] = [];
    host.socket.on('relay_message', ({ result }) =>
      printed.push(`${result.from_user_id}: ${result.message}`),
    );
    channel.socket.emit('chat', {
      service: 'chat_service',
      request_type: 'send_message',
      request_id: `msg_${Date.now()}`,
      args: { group_id: 'room_1', message: 'Hello everyone!' },
    });
    await eventually(() => expect(printed).toEqual(['guest: Hello everyone!']));
    expect(isDense(channel.seqs('room_1'))).toBe(true);
  });
});

test('client mode has the direct API and neither listener nor subscription', async () => {
  await using service = await Service.start('memory');
  const client = await createPlenum({ mode: 'client', engine: 'memory' });
  expect(client.url).toBeNull();
  expect(await client.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'a' })).toMatchObject({
    ok: true,
  });
  expect(await client.subscribe('g', { onMessage: () => {} })).toMatchObject({ ok: false });
  expect(await service.plenum.groups.info({ groupId: 'g' })).toMatchObject({ ok: false });
  await client.close();
});
