/** Ephemeral messages through socket, REST and library on both engines. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noSpam } from '../support/cluster/room.ts';
import { engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:ephemeral';
const ephemeral = (message: string, fields: object = {}) => ({
  group_id,
  message,
  ephemeral: true,
  ...fields,
});
const path = `/v1/groups/${group_id}/messages`;
const heardBy = (device: Device) => device.pushes('ephemeral_message');
const textsOf = (device: Device) => heardBy(device).map(({ message }) => message);

describe.each(engines)('ephemeral messages on %s', (engine) => {
  let service: Service;
  let ann: Device;
  let bob: Device;
  const delivered: unknown[] = [];
  beforeAll(async () => {
    const take = async (entries: readonly unknown[]) => void delivered.push(...entries);
    service = await Service.start(engine, {
      adapters: {
        moderation: noSpam(),
        archive: { save: take as never },
        notifier: { notify: take as never },
      },
    });
    [ann, bob] = [await service.device('ann'), await service.device('bob')];
    await ann.must('create_group', { group_id, group_type: 'strict_private' });
    await bob.must('join_group', { group_id });
    await ann.must('accept_member', { group_id, user_id: 'bob' });
    await bob.until('subscribed');
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const rowOf = async (device: Device) => Object((await device.must('list_groups', {}))['groups'])[0];

  test('reaches every device once, and is in no log, list, archive or notifier', async () => {
    const phone = await service.device('bob');
    await phone.until('subscribed');
    const listened: string[] = [];
    await service.plenum.subscribe(group_id, { onEphemeral: ({ message }) => listened.push(message) });
    const stored = await ann.must('relay_msg', { group_id, message: 'stored' });
    const before = await rowOf(bob);
    const asked = ephemeral('by socket', {
      metadata: { step: 1 },
      mentions: ['bob', 'zoe'],
      reply_to: stored['message_id'],
    });
    const sent = await ann.must('relay_msg', asked, 'the id');
    expect(sent).toEqual({
      ...{ status: 'relayed', recipients_count: 2, timestamp: expect.any(String), mentions_dropped: ['zoe'] },
    });
    expect(await ann.must('relay_msg', asked, 'the id')).toEqual(sent);
    const token = await tokenOf('ann');
    const body = { from_user_id: 'ann', message: 'by REST', ephemeral: true };
    const byRest = await service.rest('POST', path, { token, body });
    expect(byRest).toMatchObject({ status: 200, body: { status: 'relayed', recipients_count: 2 } });
    expect(Object.keys(Object(byRest.body)).sort()).toEqual(['recipients_count', 'status', 'timestamp']);
    const fields = { ephemeral: true, metadata: { a: 1 } } as const;
    const byLibrary = await service.plenum.send(group_id, 'bob', 'by library', fields);
    expect(byLibrary).toMatchObject({ ok: true, result: { status: 'relayed' } });
    const { epoch, seq: after_seq } = stored;
    const pushed = [
      {
        ...{ request_id: 'the id', from_user_id: 'ann', message: 'by socket', timestamp: sent['timestamp'] },
        ...{ metadata: { step: 1 }, mentions: ['bob'] },
        reply: { message_id: stored['message_id'], seq: stored['seq'], from_user_id: 'ann' },
      },
      { from_user_id: 'ann', message: 'by REST' },
      { from_user_id: 'bob', message: 'by library', metadata: { a: 1 } },
    ].map((one) => ({ group_id, epoch, after_seq, ...one }));
    for (const device of [ann, bob, phone]) {
      await device.until('ephemeral_message', { message: 'by library' });
      expect(heardBy(device)).toMatchObject(pushed);
      expect(heardBy(device)).toHaveLength(3);
    }
    expect(listened).toEqual(['by socket', 'by REST', 'by library']);
    expect(await rowOf(bob)).toEqual(before);
    const { entries, head_seq } = await bob.must('history', { group_id, limit: 200 });
    expect([head_seq, JSON.stringify(entries).includes('by ')]).toEqual([after_seq, false]);
    await eventually(() => expect(JSON.stringify(delivered)).toContain('stored'));
    await ann.must('relay_msg', { group_id, message: 'the last one' });
    await eventually(() => expect(JSON.stringify(delivered)).toContain('the last one'));
    expect(JSON.stringify(delivered)).not.toContain('by ');
    phone.socket.disconnect();
  });

  test('is refused by moderation, and to those whose messages are refused, at both doors', async () => {
    const spam = ephemeral('spam');
    expect(await ann.request('relay_msg', spam)).toMatchObject({ code: 'moderation_blocked' });
    const metadata = { text: 'spam' };
    expect(await ann.request('relay_msg', ephemeral('fine', { metadata }))).toMatchObject({
      code: 'moderation_blocked',
    });
    await ann.must('mute_member', { group_id, user_id: 'bob' });
    expect(await bob.request('relay_msg', ephemeral('muted'))).toMatchObject({ code: 'muted' });
    const body = { from_user_id: 'bob', message: 'muted', ephemeral: true };
    const token = await tokenOf('bob');
    expect(await service.rest('POST', path, { token, body })).toMatchObject({
      ...{ status: 403, body: { code: 'muted' } },
    });
    await ann.must('relay_msg', ephemeral('to the muted'));
    await bob.until('ephemeral_message', { message: 'to the muted' });
    await ann.must('unmute_member', { group_id, user_id: 'bob' });
    const explained = await ann.must('explain', { group_id, user_id: 'bob', action: 'send' });
    expect(explained).toMatchObject({ allowed: true });
    expect(textsOf(bob).slice(3)).toEqual(['to the muted']);
  });

  test.each([
    ['open', true],
    ['expires_in_ms', 60_000],
  ])('and %s exclude each other, at both doors', async (field, value) => {
    const refusal = { code: 'invalid_request', details: { field } };
    expect(await ann.request('relay_msg', ephemeral('no', { [field]: value }))).toMatchObject(refusal);
    const body = { from_user_id: 'ann', message: 'no', ephemeral: true, [field]: value };
    const byRest = await service.rest('POST', path, { token: await tokenOf('ann'), body });
    expect(byRest).toMatchObject({ status: 400, body: refusal });
  });

  test.each([false, null, 1, 'true', [], {}])(
    'is not sent with %j, which stores nothing either',
    async (given) => {
      const refusal = { code: 'invalid_args', details: { field: 'ephemeral' } };
      const asked = { group_id, message: 'no', ephemeral: given };
      expect(await ann.request('relay_msg', asked)).toMatchObject(refusal);
      const body = { from_user_id: 'ann', message: 'no', ephemeral: given };
      const byRest = await service.rest('POST', path, { token: await tokenOf('ann'), body });
      expect(byRest).toMatchObject({ status: 400, body: refusal });
    },
  );

  test('a user that was kicked, left or banned gets and sends none afterwards', async () => {
    for (const user_id of ['leaver', 'kicked', 'banned']) {
      const device = await service.device(user_id);
      await device.must('join_group', { group_id });
      await ann.must('accept_member', { group_id, user_id });
      await device.until('subscribed');
      await ann.must('relay_msg', ephemeral(`before ${user_id}`));
      await device.until('ephemeral_message', { message: `before ${user_id}` });
      if (user_id === 'leaver') await device.must('leave_group', { group_id });
      else await ann.must(user_id === 'kicked' ? 'kick_member' : 'ban_member', { group_id, user_id });
      await ann.must('relay_msg', ephemeral(`after ${user_id}`));
      await bob.until('ephemeral_message', { message: `after ${user_id}` });
      expect(await device.request('relay_msg', ephemeral('mine'))).toMatchObject({ success: false });
      expect(textsOf(device)).toEqual([`before ${user_id}`]);
      device.socket.disconnect();
    }
  });
});

describe.each(engines)('ephemeral messages without adapters on %s', (engine) => {
  let service: Service;
  let ann: Device;
  let bob: Device;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings: { ratePerSec: 0.001, rateBurst: 50 } });
    [ann, bob] = [await service.device('ann'), await service.device('bob')];
    await ann.must('create_group', { group_id, group_type: 'public' });
    await bob.must('join_group', { group_id });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test('has its place among the messages of a sender who does not wait', async () => {
    const count = 40;
    const sent = Array.from({ length: count }, (_, n) =>
      n % 2 === 0 ? ann.send(group_id, `${n}`) : ann.request('relay_msg', ephemeral(`${n}`)),
    );
    const answers = await Promise.all(sent);
    expect(answers.every(({ success }) => success)).toBe(true);
    await bob.until('ephemeral_message', { message: `${count - 1}` });
    const seqs = answers.flatMap((answer, n) =>
      n % 2 === 0 && answer.success ? [answer.result['seq']] : [],
    );
    expect(heardBy(bob).map(({ after_seq }) => after_seq)).toEqual(seqs);
    const shown = bob.arrivals.flatMap(({ event, payload }) => {
      if (event === 'relay_message') return [Object(payload).result.message];
      return event === 'ephemeral_message' ? [Object(payload).message] : [];
    });
    const early = shown.filter((n, at) => n % 2 === 1 && !shown.slice(0, at).includes(`${n - 1}`));
    expect(early).toEqual([]);
  });

  test('takes the tokens and the interval of the messages of the log, at both doors', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => ann.request('relay_msg', ephemeral('many'))),
    );
    expect(answers.filter(({ success }) => success)).toHaveLength(10);
    const limited = { code: 'rate_limited', can_retry: true };
    expect(answers.find(({ success }) => !success)).toMatchObject(limited);
    expect(await ann.send(group_id, 'one more')).toMatchObject(limited);
    await ann.must('update_group', { group_id, slow_mode_ms: 3_600_000 });
    await bob.must('relay_msg', ephemeral('once'));
    const slowed = { code: 'slow_mode', retry_after_ms: expect.any(Number) };
    expect(await bob.request('relay_msg', ephemeral('twice'))).toMatchObject(slowed);
    const body = { from_user_id: 'bob', message: 'twice', ephemeral: true };
    const byRest = await service.rest('POST', path, { token: await tokenOf('bob'), body });
    expect(byRest).toMatchObject({ status: 429, body: { code: 'slow_mode' } });
    await ann.must('update_group', { group_id, posting: 'nobody' });
    expect(await bob.request('relay_msg', ephemeral('no'))).toMatchObject({ code: 'posting_restricted' });
  });
});
