/** Many users added and removed by one request: their devices, their pushes, and limits of the request. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { isDense } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const longId = (i: number) => `${String(i).padStart(4, '0')}${'x'.repeat(124)}`;

describe.each(engines)('members:batch on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const ask = (groupId: string, body: object, key?: string) =>
    service.rest('POST', `/v1/groups/${groupId}/members:batch`, {
      body,
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    });

  test('devices of added users are attached, those of removed ones detached, each with its push', async () => {
    const { groups } = service.plenum;
    await groups.create({ groupId: 'g', groupType: 'strict_private', creatorId: 'owner' });
    const [owner, ann, bob, cyd] = await Promise.all(
      ['owner', 'ann', 'bob', 'cyd'].map((userId) => service.device(userId)),
    );
    const added = await ask('g', { add: [{ user_id: 'ann' }, { user_id: 'cyd', status: 'pending' }] });
    expect(added.body).toMatchObject({ added: [{ status: 'active' }, { status: 'pending' }], seq: 2 });
    await ann?.until('membership', { group_id: 'g', status: 'active', type: 'joined', actor_id: '$service' });
    await ann?.until('subscribed', { groups: [{ group_id: 'g', from_seq: 2 }] });
    await cyd?.until('membership', { group_id: 'g', status: 'pending', type: 'requested' });
    const both = await ask('g', { add: [{ user_id: 'bob', roles: ['admin'] }], remove: ['ann', 'cyd'] });
    expect(both.body).toMatchObject({ removed: [{ status: 'none' }, { status: 'none' }], seq: 4 });
    await ann?.until('membership', { group_id: 'g', status: 'none', type: 'kicked' });
    await cyd?.until('membership', { group_id: 'g', status: 'none', type: 'kicked' });
    await bob?.until('membership', { group_id: 'g', status: 'active', roles: ['admin'] });
    await owner?.must('relay_msg', { group_id: 'g', message: 'after' });
    await bob?.until('relay_message', { result: { message: 'after', seq: 5 } });
    await owner?.until('relay_message', { result: { seq: 5 } });
    expect(ann?.seqs('g')).toEqual([2, 3, 4]);
    expect(cyd?.seqs('g')).toEqual([]);
    expect(bob?.seqs('g')).toEqual([3, 4, 5]);
    expect(isDense(owner?.seqs('g') ?? [])).toBe(true);
    expect(owner?.pushes('group_event').at(-1)).toMatchObject({
      type: 'members_changed',
      user_id: '$service',
      members: [
        { user_id: 'ann', status: 'none' },
        { user_id: 'cyd', status: 'none' },
      ],
    });
  });

  test('1,000 users with the longest ids fit into one request each way, and are 10 entries', async () => {
    const { groups } = service.plenum;
    await groups.create({ groupId: 'crowd', groupType: 'private', creatorId: 'owner' });
    const ids = Array.from({ length: 1000 }, (_, i) => longId(i));
    const add = ids.map((user_id) => ({ user_id, status: 'active', roles: ['member'] }));
    const key = 'a'.repeat(128);
    const first = await ask('crowd', { add }, key);
    expect(first).toMatchObject({ status: 200, body: { seq: 11, removed: [] } });
    expect(await ask('crowd', { add }, key)).toMatchObject({ status: 200, body: first.body });
    expect((await ask('crowd', { add: add.slice(1) }, key)).body).toMatchObject({ code: 'conflict' });
    const later = await ask('crowd', { add: [{ user_id: 'one.more' }], remove: ids });
    expect(later.body).toMatchObject({ seq: 22 });
    const info = await groups.info({ groupId: 'crowd' });
    expect(info).toMatchObject({ ok: true, result: { counts: { active: 2, admins: 1 }, seq: 22 } });
    const { body } = await service.rest('GET', '/v1/groups/crowd/messages?after=11&limit=1');
    expect(body['entries']).toMatchObject([{ type: 'members_changed', members: [{ user_id: 'one.more' }] }]);
  });

  test('is for the service, with the scope of groups, and bounded', async () => {
    await service.plenum.groups.create({ groupId: 'own', groupType: 'public', creatorId: 'owner' });
    const token = await tokenOf('owner');
    const path = '/v1/groups/own/members:batch';
    const byUser = await service.rest('POST', path, { token, body: { add: [{ user_id: 'ann' }] } });
    expect(byUser.body).toMatchObject({ code: 'forbidden' });
    expect((await ask('own', {})).body).toMatchObject({ code: 'invalid_args', details: { field: 'add' } });
    const same = await ask('own', { add: [{ user_id: 'ann' }], remove: ['ann'] });
    expect(same.body).toMatchObject({ code: 'invalid_args', details: { field: 'remove.0' } });
    const large = await service.rest('POST', path, { body: ' '.repeat(524_289) });
    expect(large).toMatchObject({
      status: 413,
      body: { code: 'message_too_large', details: { limit: 524_288 } },
    });
    const other = await service.rest('POST', '/v1/groups', { body: ' '.repeat(65_537) });
    expect(other).toMatchObject({ status: 413, body: { details: { limit: 65_536 } } });
    expect((await ask('nowhere', { remove: ['ann'] })).body).toMatchObject({ code: 'group_not_found' });
  });
});
