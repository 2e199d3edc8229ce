/** A group whose log is shorter than the service keeps it: what readers and returning devices get, on both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';

const engineSettings = { ratePerSec: 1e6, rateBurst: 1e6 };
const maxEntries = 100;
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

describe.each(engines)('retention of a group on %s', (engine) => {
  let service: Service;
  let owner: Device;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings });
    owner = await service.device('ann');
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const pageOf = (answer: Record<string, unknown>) => ({
    seqs: Object(answer['entries']).map(({ seq }: { seq: number }) => seq),
    oldest: answer['oldest_seq'],
    head: answer['head_seq'],
  });
  /** The page by socket, which must be the page by REST. */
  const page = async (group_id: string, query: Record<string, number>) => {
    const bySocket = pageOf(await owner.must('history', { group_id, ...query, limit: 200 }));
    const text = new URLSearchParams({ ...query, limit: '200' } as Record<string, string>);
    const { body } = await service.rest('GET', `/v1/groups/${group_id}/messages?${text}`);
    expect(pageOf(body)).toEqual(bySocket);
    return bySocket;
  };
  const sendMany = (group_id: string, count: number) =>
    Promise.all(range(1, count).map((n) => owner.must('relay_msg', { group_id, message: `${n}` })));
  /** The word about the group to a device that comes back with this position. */
  const resumed = async (group_id: string, position: object) => {
    const device = await service.device('bob', { auth: { positions: [{ group_id, ...position }] } });
    const { groups } = await device.until('subscribed');
    const mine = Object(groups).find((one: { group_id: string }) => one.group_id === group_id);
    device.socket.disconnect();
    return mine;
  };

  test('`max_entries` moves the oldest seq: pages begin there, and older positions get `resync`', async () => {
    const group_id = 'short';
    await owner.must('create_group', {
      ...{ group_id, group_type: 'public', retention: { max_entries: maxEntries } },
    });
    const guest = await service.device('bob');
    const { epoch } = await guest.must('join_group', { group_id });
    guest.socket.disconnect();
    const [first] = await sendMany(group_id, 120);
    const [oldest, head] = [23, 122];
    expect(await page(group_id, { after: 0 })).toEqual({ seqs: range(oldest, head), oldest, head });
    expect(await page(group_id, { after: 50 })).toEqual({ seqs: range(51, head), oldest, head });
    expect(await page(group_id, { before: 30 })).toEqual({ seqs: range(oldest, 29), oldest, head });
    expect(await page(group_id, { before: oldest })).toEqual({ seqs: [], oldest, head });
    const on = { group_id, message_id: first?.['message_id'] };
    for (const [request, args] of [
      ['get_message', on],
      ['react', { ...on, reaction: 'a' }],
      ['delete_message', on],
      ['relay_msg', { group_id, message: 'reply', reply_to: on.message_id }],
    ] as const) {
      expect(await owner.request(request, args)).toMatchObject({ code: 'message_not_found' });
    }
    expect(await resumed(group_id, { epoch, seq: 2 })).toMatchObject({
      ...{ recovered: false, reason: 'too_old', from_seq: head + 1 },
    });
    expect(await resumed(group_id, { epoch, seq: oldest - 1 })).toMatchObject({ recovered: true });
  });

  test('an update by REST shortens the log at once, and null lets it grow again', async () => {
    const group_id = 'shortened';
    await owner.must('create_group', { group_id, group_type: 'public' });
    await sendMany(group_id, 150);
    const update = (retention: object | null) =>
      service.rest('PATCH', `/v1/groups/${group_id}`, { body: { actor_id: 'ann', retention } });
    expect(await update({ max_entries: maxEntries })).toMatchObject({ status: 200 });
    expect(await page(group_id, { after: 0 })).toEqual({ seqs: range(53, 152), oldest: 53, head: 152 });
    expect(await owner.must('get_group_info', { group_id })).toMatchObject({
      retention: { max_entries: maxEntries },
    });
    expect(await update(null)).toMatchObject({ status: 200 });
    // The entry of the second update took the place of the oldest one.
    await sendMany(group_id, 10);
    expect(await page(group_id, { after: 0 })).toEqual({ seqs: range(54, 163), oldest: 54, head: 163 });
  });
});
