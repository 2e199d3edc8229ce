/** Names of Object.prototype and values of exactly the allowed size are ordinary ones, at both doors. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { metadataOf } from '../support/rules/bad-values.ts';
import { tokenOf } from '../support/wire/http.ts';
import { restCall } from '../support/wire/rest-call.ts';

const names = [
  ...['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf', '...', '0', '-', '~'],
  ...['room:general', 'auth0|x', 'a.b+c=d@e-f_g~h', 'x'.repeat(128), '@'.repeat(128)],
];
/** Text in which `__proto__` is a key like any other. */
const oddMetadata = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
const farSeq = Number.MAX_SAFE_INTEGER;

describe.each(engines)('odd but ordinary on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test.each(names)('%s is the name of a group and of a user at the socket door', async (name) => {
    await service.plenum.groups.delete({ groupId: name });
    const device = await service.device(name);
    await device.must('create_group', { group_id: name, group_type: 'private' });
    await device.must('relay_msg', { group_id: name, message: 'hello' });
    await device.until('relay_message', { result: { group_id: name, from_user_id: name } });
    const info = await device.must('get_group_info', { group_id: name, include_members: true });
    expect(Object.keys(Object(info['members']))).toEqual([name]);
    const { groups } = await device.must('list_groups', {});
    expect(groups).toMatchObject([{ group_id: name, status: 'active', roles: ['admin'] }]);
    const { groups: attached } = await device.must('subscribe', { groups: [{ group_id: name }] });
    expect(attached).toMatchObject([{ group_id: name, from_seq: 3 }]);
    expect(await device.must('delete_group', { group_id: name })).toEqual({ status: 'deleted' });
  });

  test.each(names)('%s is the name of a group and of a user at the REST door', async (name) => {
    const ask = async (type: string, args: object) => {
      const { method, path, body } = restCall(type, { group_id: name, ...args }, name);
      return service.rest(method, path, { token: await tokenOf(name), body });
    };
    await service.plenum.groups.delete({ groupId: name });
    expect((await ask('create_group', { group_type: 'private' })).status).toBe(201);
    expect((await ask('relay_msg', { message: 'hello' })).status).toBe(200);
    const info = await ask('get_group_info', { include_members: true });
    expect(Object.keys(Object(info.body['members']))).toEqual([name]);
    const { entries } = (await ask('history', {})).body;
    expect(entries).toMatchObject([{ type: 'created' }, { type: 'message', from_user_id: name }]);
    expect((await ask('kick_member', { user_id: 'nobody' })).body).toMatchObject({
      code: 'user_not_in_group',
    });
    expect((await ask('delete_group', {})).body).toEqual({ status: 'deleted' });
  });

  test('keys named __proto__ in metadata are kept as they are and change no object', async () => {
    const device = await service.device('ann');
    const metadata: unknown = JSON.parse(oddMetadata);
    await device.must('create_group', { group_id: 'odd', group_type: 'public', metadata });
    const info = await device.must('get_group_info', { group_id: 'odd' });
    expect(JSON.stringify(info['metadata'])).toBe(oddMetadata);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test.each([
    ['4096 bytes in 4096 characters', 'x'.repeat(4096)],
    ['4096 bytes in 2048 characters', 'é'.repeat(2048)],
    ['4096 bytes in surrogate pairs', '😀'.repeat(1024)],
    ['one byte', 'x'],
    ['control characters, quotes and what only looks like JSON', '\u0001\u001f"\\\u2028","seq":9}'],
    ['the unpaired look of pairs across a splice', 'a😀'.repeat(100)],
  ])('a message of %s arrives as it was sent', async (_, message) => {
    const device = await service.device('sender');
    const group_id = `of:${createHash('sha256').update(message).digest('hex')}`;
    await device.must('create_group', { group_id, group_type: 'public' });
    await device.must('relay_msg', { group_id, message }, `r${'~'.repeat(127)}`);
    const push = await device.until('relay_message', { result: { group_id } });
    expect(push).toMatchObject({ request_id: `r${'~'.repeat(127)}`, result: { message } });
  });

  test('metadata of 4096 bytes and a reason of 512 are accepted', async () => {
    const admin = await service.device('admin');
    const applicant = await service.device('applicant');
    const metadata = metadataOf(4096);
    await admin.must('create_group', { group_id: 'full', group_type: 'private', metadata });
    expect(await admin.must('get_group_info', { group_id: 'full' })).toMatchObject({ metadata });
    await applicant.must('join_group', { group_id: 'full' });
    const reason = 'é'.repeat(256);
    await admin.must('reject_member', { group_id: 'full', user_id: 'applicant', reason });
    await admin.until('group_event', { type: 'rejected', reason });
  });

  test('positions far beyond the head read nothing and break nothing', async () => {
    const device = await service.device('reader');
    await device.must('create_group', { group_id: 'far', group_type: 'public' });
    const after = await device.must('history', { group_id: 'far', after: farSeq });
    expect(after).toMatchObject({ entries: [], head_seq: 1 });
    const before = await device.must('history', { group_id: 'far', before: farSeq });
    expect(before).toMatchObject({ entries: [{ type: 'created', seq: 1 }] });
    const claims = [{ group_id: 'far', epoch: String(after['epoch']), seq: farSeq }];
    const { groups } = await device.must('subscribe', { groups: claims });
    expect(groups).toMatchObject([{ recovered: false, reason: 'ahead', from_seq: 2 }]);
  });

  test('after and before together are refused', async () => {
    const device = await service.device('both');
    await device.must('create_group', { group_id: 'bounds', group_type: 'public' });
    const answer = await device.request('history', { group_id: 'bounds', after: 0, before: 9 });
    expect(answer).toMatchObject({ code: 'invalid_args', details: { field: 'before' } });
  });

  test('256 groups in one subscribe are answered one by one, also duplicates; entries come once', async () => {
    const device = await service.device('many');
    await device.must('create_group', { group_id: 'dup', group_type: 'public' });
    // A subscription without a position is from now on: what has not come yet would not come.
    await device.until('group_event', { type: 'created' });
    const strangers = Array.from({ length: 253 }, (_, i) => ({ group_id: `unknown:${i}` }));
    const dup = { group_id: 'dup' };
    const { groups } = await device.must('subscribe', { groups: [dup, dup, ...strangers, dup] });
    const stranger = { code: 'group_not_found' };
    expect(groups).toMatchObject([dup, dup, ...strangers.map((one) => ({ ...one, ...stranger })), dup]);
    await device.must('relay_msg', { group_id: 'dup', message: 'once' });
    await device.must('relay_msg', { group_id: 'dup', message: 'and last' });
    await device.until('relay_message', { result: { message: 'and last' } });
    expect(device.seqs('dup')).toEqual([1, 2, 3]);
  });
});
