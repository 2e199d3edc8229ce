/** What a message has besides its text, through socket, REST and library on both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';
import { metadataOf } from '../support/rules/bad-values.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:fields';
const relay = (fields: object) => ({ group_id, message: 'hello', ...fields });

describe.each(engines)('the fields of a message on %s', (engine) => {
  let service: Service;
  let ann: Device;
  let bob: Device;
  beforeAll(async () => {
    service = await Service.start(engine);
    [ann, bob] = [await service.device('ann'), await service.device('bob')];
    await ann.must('create_group', { group_id, group_type: 'public' });
    await bob.must('join_group', { group_id });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test('metadata and reply reach receivers, history and other nodes as they were given', async () => {
    const metadata = { format: 'markdown', nested: [{ '"timestamp":"': null }], ...metadataOf(3000) };
    const first = await ann.must('relay_msg', relay({ metadata }), 'with metadata');
    const second = await bob.must('relay_msg', relay({ reply_to: first['message_id'], metadata: {} }));
    const token = await tokenOf('ann');
    const third = await service.rest('POST', `/v1/groups/${group_id}/messages`, {
      token,
      body: { from_user_id: 'ann', message: 'by REST', reply_to: second['message_id'] },
    });
    expect(third).toMatchObject({ status: 200, body: { status: 'relayed' } });
    const replyTo = String(Object(third.body)['message_id']);
    await service.plenum.send(group_id, 'ann', 'by library', { replyTo, metadata: { a: 1 } });
    const reply = (message: object, from_user_id: string) => ({
      message_id: Object(message).message_id,
      seq: Object(message).seq,
      from_user_id,
    });
    const expected = [
      { message: 'hello', metadata },
      { message: 'hello', metadata: {}, reply: reply(first, 'ann') },
      { message: 'by REST', reply: reply(second, 'bob') },
      { message: 'by library', metadata: { a: 1 }, reply: reply(Object(third.body), 'ann') },
    ];
    for (const device of [ann, bob]) {
      await device.until('relay_message', { result: { message: 'by library' } });
      expect(device.messages(group_id)).toMatchObject(expected);
    }
    const { entries } = await bob.must('history', { group_id, after: 2 });
    expect(entries).toMatchObject(expected.map((one) => ({ type: 'message', ...one })));
    expect(Object(entries)[2]).not.toHaveProperty('metadata');
  });

  test('the fields belong to the request: other ones under its id are a conflict', async () => {
    const metadata = { a: 1, b: 2 };
    const first = await ann.must('relay_msg', relay({ metadata }), 'the id');
    expect(await ann.must('relay_msg', relay({ metadata: { b: 2, a: 1 } }), 'the id')).toEqual(first);
    for (const fields of [{}, { metadata: { a: 1 } }, { metadata, reply_to: first['message_id'] }]) {
      expect(await ann.request('relay_msg', relay(fields), 'the id')).toMatchObject({ code: 'conflict' });
    }
  });

  test('mentions are counted for the mentioned, and others are named in the answer', async () => {
    const rowOf = async (device: Device) => {
      const { groups } = await device.must('list_groups', {});
      return Object(groups)[0];
    };
    await bob.must('mark_read', { group_id, seq: Number.MAX_SAFE_INTEGER });
    const mentions = ['bob', 'stranger', 'bob', 'ann'];
    const sent = await ann.must('relay_msg', relay({ mentions, message: 'to bob' }));
    expect(sent).toMatchObject({ mentions_dropped: ['stranger'] });
    expect(await ann.must('relay_msg', relay({ mentions: [] }))).not.toHaveProperty('mentions_dropped');
    await bob.until('relay_message', { result: { message: 'to bob', mentions: { 0: 'bob', 1: 'ann' } } });
    expect(await rowOf(bob)).toMatchObject({ unread: 2, unread_mentions: 1 });
    expect(await rowOf(ann)).toMatchObject({ unread: 0, unread_mentions: 0 });
    const token = await tokenOf('bob');
    expect(await service.rest('GET', '/v1/users/bob/groups', { token })).toMatchObject({
      body: { groups: [{ unread_mentions: 1 }] },
    });
    await bob.must('mark_read', { group_id, seq: sent['seq'] });
    expect(await rowOf(bob)).toMatchObject({ unread: 1, unread_mentions: 0 });
    const fifty = Array.from({ length: 50 }, (_, n) => `user-${n}`);
    const all = await bob.must('relay_msg', relay({ mentions: fifty }), 'fifty');
    expect(all['mentions_dropped']).toEqual(fifty);
    expect(await bob.must('relay_msg', relay({ mentions: fifty }), 'fifty')).toEqual(all);
  });

  test('a message that expires has an end, and is taken down after it on every device', async () => {
    const given = { message: 'for a second', expires_in_ms: 1000 };
    const sent = await ann.must('relay_msg', relay(given), 'with an end');
    const { message_id, seq } = sent;
    const { result } = await bob.until('relay_message', { result: { message: 'for a second' } });
    const end = Date.parse(String(sent['timestamp'])) + 1000;
    expect(Object(result).expires_at).toBe(new Date(end).toISOString());
    const change = { message_id, type: 'deleted', reason: 'expired', actor_id: '$service' };
    await bob.until('message_event', change);
    const token = await tokenOf('bob');
    const read = await service.rest('GET', `/v1/groups/${group_id}/messages/${message_id}`, { token });
    expect(read.body).toMatchObject({ deleted: true, deleted_by: '$service', reason: 'expired', seq });
    expect(await ann.must('relay_msg', relay(given), 'with an end')).toEqual(sent);
    const longest = await service.plenum.send(group_id, 'ann', 'for 30 days', { expiresInMs: 2_592_000_000 });
    expect(longest).toMatchObject({ ok: true });
  });

  test('metadata of 4096 bytes passes', async () => {
    await ann.must('relay_msg', relay({ metadata: metadataOf(4096) }));
  });
});
