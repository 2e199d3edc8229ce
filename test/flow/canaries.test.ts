/** Canary groups: made over REST, used by sockets as a browser does, bounded in number, and gone afterwards. */
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines, Service } from '../support/cluster/service.ts';
import { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

interface Opened {
  readonly group_id: string;
  readonly users: readonly { readonly user_id: string; readonly token: string }[];
  readonly ends_at: string;
}
async function open(service: Service, users = 2): Promise<Opened> {
  const { status, body } = await service.rest('POST', '/v1/canaries', { body: { users } });
  expect(status).toBe(201);
  const [group_id, ends_at] = [String(body['group_id']), String(body['ends_at'])];
  return { group_id, ends_at, users: Object(body)['users'] };
}

describe.each(engines)('canaries on %s', (engine) => {
  test('each user of a canary gets each message once and in order, and the group ends when asked', async () => {
    await using service = await Service.start(engine);
    const { group_id, users, ends_at } = await open(service, 5);
    expect(users.map(({ user_id }) => user_id)).toEqual([1, 2, 3, 4, 5].map((i) => `${group_id}:${i}`));
    expect(Date.parse(ends_at)).toBeGreaterThan(Date.now() + 9 * 60_000);
    const devices = await Promise.all(
      users.map(({ token }) => new Device(service.url, token, {}).connected()),
    );
    for (const device of devices) await device.request('subscribe', { groups: [{ group_id }] });
    const sent = await Promise.all(
      devices.map((device, i) => device.request('relay_msg', { group_id, message: `of ${i}` })),
    );
    for (const answer of sent)
      expect(answer).toMatchObject({ success: true, result: { recipients_count: 5 } });
    for (const device of devices) {
      for (let i = 0; i < 5; i += 1) await device.until('relay_message');
    }
    const closed = await service.rest('DELETE', `/v1/canaries/${group_id}`);
    expect([closed.status, closed.body]).toEqual([200, { status: 'deleted' }]);
    expect((await service.rest('GET', `/v1/groups/${group_id}`)).status).toBe(404);
    expect((await service.rest('DELETE', `/v1/canaries/${group_id}`)).body['code']).toBe('group_not_found');
    for (const device of devices) device.socket.disconnect();
  });

  test('its end revokes the tokens of its users, and takes them out of other groups', async () => {
    await using service = await Service.start(engine);
    const other = { group_id: 'g', group_type: 'public', creator_id: 'ann' };
    await service.rest('POST', '/v1/groups', { body: other });
    const { group_id, users } = await open(service);
    const { user_id = '', token = '' } = users[0] ?? {};
    const device = await new Device(service.url, token, {}).connected();
    await device.must('join_group', { group_id: 'g' });
    expect((await service.rest('DELETE', `/v1/canaries/${group_id}`)).status).toBe(200);
    await eventually(() => expect(device.socket.connected).toBe(false));
    const own = await service.rest('GET', '/v1/groups/g', { token });
    expect([own.status, own.body['code']]).toEqual([401, 'unauthenticated']);
    const members = await service.rest('GET', '/v1/groups/g/members');
    expect(members.status).toBe(200);
    expect(JSON.stringify(members.body)).not.toContain(user_id);
    device.socket.disconnect();
  });

  test('there are ten at a time; an eleventh is refused until one ends', async () => {
    await using service = await Service.start(engine);
    const opened: Opened[] = [];
    for (let i = 0; i < 10; i += 1) opened.push(await open(service));
    const refused = await service.rest('POST', '/v1/canaries', { body: { users: 2 } });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'limit_reached', can_retry: true, details: { limit: 10 } });
    await service.rest('DELETE', `/v1/canaries/${opened[3]?.group_id}`);
    await open(service);
  });

  test('no other group is deleted this way, and who may not is refused', async () => {
    await using service = await Service.start(engine);
    const group = { group_id: 'canary:mine', group_type: 'public', creator_id: 'ann' };
    await service.rest('POST', '/v1/groups', { body: group });
    expect((await service.rest('DELETE', '/v1/canaries/canary:mine')).status).toBe(404);
    expect((await service.rest('GET', '/v1/groups/canary:mine')).status).toBe(200);
    for (const users of [1, 51, 2.5, '2', undefined]) {
      const { status, body } = await service.rest('POST', '/v1/canaries', { body: { users } });
      expect([users, status, body['code']]).toEqual([users, 400, 'invalid_args']);
      expect(body['details']).toMatchObject({ field: 'users' });
    }
    const token = await tokenOf('ann');
    expect((await service.rest('POST', '/v1/canaries', { token, body: { users: 2 } })).status).toBe(403);
    expect((await service.rest('POST', '/v1/canaries', { token: null, body: { users: 2 } })).status).toBe(
      401,
    );
  });
});

test('where an identity provider signs the tokens the refusal says so', async () => {
  await using node = await ServedNode.start('memory', {
    PLENUM_ENGINE: 'memory',
    PLENUM_JWT_SECRET: '',
    PLENUM_JWKS_URL: 'http://127.0.0.1:1/keys',
  });
  const { status, body } = await node.rest('POST', '/v1/canaries', { body: { users: 2 } });
  expect([status, body['code']]).toEqual([403, 'forbidden']);
  expect(body['error']).toContain('identity provider');
});
