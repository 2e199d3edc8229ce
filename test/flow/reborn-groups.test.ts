/** A group that was deleted and created again under the same id, as clients and backends meet it, on both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';

describe.each(engines)('a group that is created again, on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    const engineSettings = { membershipRatePerSec: 1000, membershipRateBurst: 1000 };
    service = await Service.start(engine, { createOnJoin: 'public', engineSettings });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const epochOf = async (group_id: string) =>
    (await service.rest('GET', `/v1/groups/${group_id}`)).body['epoch'];

  test('stores a message under a request id of the deleted group instead of acking the old epoch', async () => {
    const ann = await service.device('ann');
    const group = { group_id: 'again', group_type: 'public' };
    await ann.must('create_group', group, 'create');
    const first = await ann.send('again', 'hello', 'send');
    await ann.must('delete_group', { group_id: 'again' }, 'delete');
    const created = await ann.must('create_group', group, 'create');
    expect(created['epoch']).toBe(await epochOf('again'));
    const second = await ann.send('again', 'hello', 'send');
    expect(second).toMatchObject({ success: true, result: { epoch: created['epoch'], seq: 2 } });
    expect(second).not.toMatchObject({ result: { epoch: Object(first).result.epoch } });
    const { entries } = await ann.must('history', { group_id: 'again' });
    expect(entries).toMatchObject([{ type: 'created' }, { type: 'message', message: 'hello', seq: 2 }]);
    expect(await ann.send('again', 'hello', 'send')).toEqual(second);
    expect(await ann.must('delete_group', { group_id: 'again' }, 'delete')).toEqual({ status: 'deleted' });
    expect(await epochOf('again')).toBe(created['epoch']);
  });

  test('takes an Idempotency-Key of the deleted group for a new request over REST', async () => {
    const post = (path: string, body: object, key: string) =>
      service.rest('POST', path, { body, headers: { 'idempotency-key': key } });
    const group = { group_id: 'rest', group_type: 'private', creator_id: 'ann' };
    const message = { from_user_id: 'ann', message: 'hello' };
    await post('/v1/groups', group, 'create');
    await post('/v1/groups/rest/messages', message, 'send');
    await service.rest('DELETE', '/v1/groups/rest');
    const created = await post('/v1/groups', group, 'create');
    expect(created).toMatchObject({ status: 201, body: { epoch: await epochOf('rest') } });
    const sent = await post('/v1/groups/rest/messages', message, 'send');
    expect(sent.body).toMatchObject({ epoch: created.body['epoch'], seq: 2 });
  });

  test('does not count a mark of the deleted group, by its epoch', async () => {
    const ann = await service.device('ann');
    const bob = await service.device('bob');
    const group = { group_id: 'marks', group_type: 'public' };
    const { epoch: old } = await ann.must('create_group', group);
    for (let i = 0; i < 5; i += 1) await ann.must('relay_msg', { group_id: 'marks', message: `${i}` });
    await ann.must('delete_group', { group_id: 'marks' });
    const { epoch } = await ann.must('create_group', group);
    await bob.must('join_group', { group_id: 'marks' });
    for (let i = 0; i < 3; i += 1) await ann.must('relay_msg', { group_id: 'marks', message: `${i}` });
    const mark = (seq: number, of: unknown) => bob.must('mark_read', { group_id: 'marks', seq, epoch: of });
    expect(await mark(6, old)).toEqual({ read_seq: 2, unread: 3 });
    expect(await mark(4, epoch)).toEqual({ read_seq: 4, unread: 1 });
    expect(await mark(6, old)).toEqual({ read_seq: 4, unread: 1 });
  });

  test('is not made public by a join while the deleted private group leaves its tombstone', async () => {
    const owner = await service.device('owner');
    const guest = await service.device('guest');
    await owner.must('create_group', { group_id: 'secret', group_type: 'strict_private' });
    await guest.must('join_group', { group_id: 'secret' });
    await owner.must('accept_member', { group_id: 'secret', user_id: 'guest' });
    await owner.must('delete_group', { group_id: 'secret' });
    for (const device of [guest, owner]) {
      const answer = await device.request('join_group', { group_id: 'secret', ensure: true });
      expect(answer).toMatchObject({ success: false, code: 'group_not_found' });
    }
    const joined = await service.rest('PUT', '/v1/groups/secret/members/guest', { body: {} });
    expect(joined).toMatchObject({ status: 404, body: { code: 'group_not_found' } });
  });
});
