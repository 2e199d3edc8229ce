/**
 * Requests to join that end by themselves, on a node that owns the partitions. The shortest `request_ttl_ms` is a minute, so
 * the test makes it shorter in Redis.
 */
import { eventually, freshPrefix, obtainRedisForTests } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:one';
const path = `/v1/groups/${group_id}`;

test('an applicant that nothing answers learns the end of its request, and both doors know it', async () => {
  await using redis = await obtainRedisForTests().then((found) => ({
    ...found,
    [Symbol.asyncDispose]: () => found.dispose(),
  }));
  const prefix = freshPrefix();
  await using service = await Service.start('redis', { redisUrl: redis.url, prefix });
  const owner = await service.device('owner');
  const device = await service.device('ann');
  await owner.must('create_group', { group_id, group_type: 'private', request_ttl_ms: 60_000 });
  expect(await owner.must('get_group_info', { group_id })).toMatchObject({ request_ttl_ms: 60_000 });
  const client = new Redis(redis.adminUrl);
  const [key = ''] = await client.keys(`${prefix}:*:group:${group_id}`);
  await client.hset(key, 'request_ttl_ms', '500');
  client.disconnect();

  expect(await device.must('join_group', { group_id })).toMatchObject({ status: 'pending' });
  const pushed = () =>
    device.arrivals.flatMap(({ event, payload }) => (event === 'membership' ? [payload] : []));
  await eventually(() =>
    expect(pushed().at(-1)).toEqual({
      ...{ group_id, status: 'none', roles: [], type: 'request_expired', actor_id: '$service' },
    }),
  );
  expect(await owner.must('history', { group_id })).toMatchObject({
    entries: [{ type: 'created' }, { type: 'requested' }, { type: 'request_expired', user_id: 'ann' }],
  });
  const refused = { code: 'request_expired', error: 'The request of this user to join has expired' };
  const ann = { group_id, user_id: 'ann' };
  expect(await owner.request('accept_member', ann)).toMatchObject(refused);
  const token = await tokenOf('owner');
  expect(await service.rest('POST', `${path}/members/ann/reject`, { token })).toMatchObject({
    status: 410,
    body: refused,
  });
  expect(await service.rest('GET', path, { token })).toMatchObject({ body: { counts: { pending: 0 } } });
  const longer = { token, body: { request_ttl_ms: 90_000 } };
  expect(await service.rest('PATCH', path, longer)).toMatchObject({ status: 200 });
  expect(await owner.must('get_group_info', { group_id })).toMatchObject({ request_ttl_ms: 90_000 });
  const off = { token, body: { request_ttl_ms: null } };
  expect(await service.rest('PATCH', path, off)).toMatchObject({ status: 200 });
  expect(await owner.must('get_group_info', { group_id })).toMatchObject({ request_ttl_ms: null });
  expect(await device.must('join_group', { group_id })).toMatchObject({ status: 'pending' });
  expect(await owner.must('accept_member', ann)).toMatchObject({ status: 'active' });
});
