/** Messages that are written while they are read, over sockets and REST on both engines. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:streams';
const open = { group_id, message: 'So', open: true };

describe.each(engines)('messages that are written while they are read on %s', (engine) => {
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

  test('texts that come together leave as few entries, and each of them once', async () => {
    const { message_id } = await ann.must('relay_msg', open);
    const texts = Array.from({ length: 40 }, (_, at) => ` ${at}`);
    const answers = await Promise.all(
      texts.map((text, at) => ann.must('append_message', { group_id, message_id, text }, `piece ${at}`)),
    );
    const seqs = new Set(answers.map(({ seq }) => seq));
    expect(seqs.size).toBeLessThan(8);
    const again = await ann.must('append_message', { group_id, message_id, text: ' 7' }, 'piece 7');
    expect(again).toEqual(answers[7]);
    const token = await tokenOf('ann');
    const path = `/v1/groups/${group_id}/messages/${message_id}`;
    const done = await service.rest('POST', `${path}/append`, { token, body: { text: '.', done: true } });
    expect(done).toMatchObject({ status: 200, body: { message_id, bytes: `${texts.join('')}.`.length } });
    await bob.until('message_event', { message_id, type: 'appended', done: true });
    const whole = `So${texts.join('')}.`;
    const read = await service.rest('GET', path, { token });
    expect(read.body).toMatchObject({ message: whole, state_seq: Object(done.body).seq });
    expect(read.body).not.toHaveProperty('open');
    const { entries } = await bob.must('history', { group_id, limit: 200 });
    const pieces = [...Object(entries)].filter(({ type }) => type === 'appended');
    expect(`So${pieces.map(({ text }) => text).join('')}`).toBe(whole);
    expect(await ann.request('append_message', { group_id, message_id, text: 'x' })).toMatchObject({
      code: 'message_closed',
    });
  });

  test('a retry under the same id with another text is a conflict, in whatever company it comes', async () => {
    const { message_id } = await ann.must('relay_msg', open);
    await ann.must('append_message', { group_id, message_id, text: 'a' }, 'the piece');
    const answers = await Promise.all(
      ['b', 'c', 'd'].map((text, at) =>
        ann.request('append_message', { group_id, message_id, text }, at === 1 ? 'the piece' : undefined),
      ),
    );
    expect(answers).toMatchObject([{ success: true }, { code: 'conflict' }, { success: true }]);
    await eventually(async () =>
      expect(await bob.must('get_message', { group_id, message_id })).toMatchObject({ message: 'Soabd' }),
    );
  });

  test('50 messages at 30 texts a second bring a device one entry per message and 40 ms at most', async () => {
    const group = { group_id: 'room:many-streams', group_type: 'public' };
    const { group_id } = group;
    await ann.must('create_group', group);
    const names = Array.from({ length: 19 }, (_, at) => `member-${at}`);
    const members = await Promise.all(names.map((name) => service.device(name)));
    await Promise.all(members.map((member) => member.must('join_group', { group_id })));
    const streams = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const author = members[at % members.length] ?? ann;
        const sent = await author.must('relay_msg', { group_id, message: `${at}:`, open: true });
        return { author, message_id: String(sent['message_id']), whole: `${at}:` };
      }),
    );
    const beganAt = performance.now();
    const lines = streams.map(async (stream, at) => {
      const asked: Promise<unknown>[] = [];
      for (let token = 0; token < 30; token += 1) {
        const text = ` ${token}`;
        stream.whole += text;
        const done = token === 29 ? { done: true } : {};
        const { message_id } = stream;
        asked.push(stream.author.must('append_message', { group_id, message_id, text, ...done }));
        await new Promise((resolve) => setTimeout(resolve, 33 + (at % 3)));
      }
      await Promise.all(asked);
    });
    await Promise.all(lines);
    const mostEntries = (performance.now() - beganAt) / 39 + 2;
    for (const device of [ann, members[18] ?? ann]) {
      for (const { message_id, whole } of streams) {
        await device.until('message_event', { message_id, type: 'appended', done: true });
        const own = device.pushes('message_event').filter((event) => event['message_id'] === message_id);
        expect(own.length).toBeLessThan(mostEntries);
        expect(whole).toBe(
          whole.slice(0, whole.indexOf(':') + 1) + own.map((event) => event['text']).join(''),
        );
      }
    }
  });
});
