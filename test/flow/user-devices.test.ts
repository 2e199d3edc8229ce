/** The devices of a user, on whatever node they are, as operators see them over REST and in the library. */
import { userDevicesSchema } from '@plenum/protocol';
import { eventually, freshPrefix, startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';

async function devicesOf(service: Service, userId: string, query = '') {
  const { status, body } = await service.rest('GET', `/v1/users/${userId}/devices${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return userDevicesSchema.parse(body);
}

test.each(engines)('the devices of a user are seen with how and since when, on %s', async (engine) => {
  await using service = await Service.start(engine);
  const { plenum } = service;
  const startMs = Date.now();
  const socket = await service.device('ann');
  for (const group_id of ['g1', 'g2']) await socket.must('create_group', { group_id, group_type: 'public' });
  await service.device('ann', { auth: { subscribe: 'none' } });
  await service.device('ben');
  const listening = await plenum.subscribe('g1', {}, { userId: 'ann' });
  expect(listening).toMatchObject({ ok: true });
  const { devices, ...rest } = await devicesOf(service, 'ann');
  expect(rest).toEqual({ count: 3, missing: [], next_cursor: null });
  const seen = devices.map(({ transport, address, subscribe, groups }) => ({
    ...{ transport, address, subscribe, groups },
  }));
  expect(seen).toContainEqual({ transport: 'websocket', address: '127.0.0.1', subscribe: 'auto', groups: 2 });
  expect(seen).toContainEqual({ transport: 'websocket', address: '127.0.0.1', subscribe: 'none', groups: 0 });
  expect(seen).toContainEqual({ transport: 'library', address: null, subscribe: 'none', groups: 1 });
  expect(devices.find(({ device_id }) => device_id === socket.socket.id)?.transport).toBe('websocket');
  for (const { connected_at } of devices) {
    expect(Date.parse(connected_at)).toBeGreaterThanOrEqual(startMs);
    expect(Date.parse(connected_at)).toBeLessThanOrEqual(Date.now());
  }
  const byLibrary = await plenum.cluster.devices({ userId: 'ann', limit: 1 });
  expect(byLibrary).toMatchObject({ ok: true, result: { count: 3, devices: [devices[0]] } });
  expect(await plenum.cluster.devices({ userId: 'no one' })).toMatchObject({
    failure: { code: 'invalid_args' },
  });
  expect(await devicesOf(service, 'cleo')).toMatchObject({ devices: [], count: 0, next_cursor: null });
  await service.rest('POST', '/v1/users/ann/disconnect');
  await eventually(async () =>
    expect((await devicesOf(service, 'ann')).devices.filter(({ address }) => address !== null)).toEqual([]),
  );
});

test('what is asked wrongly is refused with the field, and a user asks nothing about others', async () => {
  await using service = await Service.start('memory');
  for (const [path, field] of [
    ['ann/devices?limit=0', 'limit'],
    ['ann/devices?limit=201', 'limit'],
    ['ann/devices?cursor=elsewhere', 'cursor'],
    ['ann/devices?cursor=17.', 'cursor'],
    ['ann/devices?node_id=n1', 'node_id'],
    ['a%20b/devices', 'user_id'],
  ])
    expect(await service.rest('GET', `/v1/users/${path}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_args', details: { field } },
    });
  for (const user of ['ann', 'ben'])
    expect(await service.rest('GET', '/v1/users/ann/devices', { token: await tokenOf(user) })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
});

test('devices on two nodes come as one list, page by page, the newest first, from either node', async () => {
  await using redis = await startRedis();
  const place = { redisUrl: redis.serviceUrl, prefix: freshPrefix() };
  await using one = await Service.start('redis', place);
  await using two = await Service.start('redis', place);
  const ids: string[] = [];
  for (const service of [one, two, two, one, two])
    ids.unshift((await service.device('ann')).socket.id ?? 'not connected');
  const all = await eventually(async () => {
    const found = await devicesOf(one, 'ann');
    expect(found).toMatchObject({ count: 5, missing: [] });
    expect(new Set(found.devices.map(({ node_id }) => node_id)).size).toBe(2);
    return found.devices;
  });
  const times = all.map(({ connected_at }) => connected_at);
  expect(times).toEqual([...times].sort().reverse());
  expect(all.map(({ device_id }) => device_id).sort()).toEqual([...ids].sort());
  const paged: unknown[] = [];
  let cursor: string | null = null;
  do {
    const page = await devicesOf(two, 'ann', `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    expect(page.devices.length).toBeLessThanOrEqual(2);
    expect(page).toMatchObject({ count: 5, missing: [] });
    paged.push(...page.devices);
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(paged).toEqual(all);
});
