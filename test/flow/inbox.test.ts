/** What a user sees and sets about its own groups: notification levels and read marks, at both doors of both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { engines, Service } from '../support/cluster/service.ts';

const free = { membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };

describe.each(engines)('the groups of a user on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings: free });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const admit = (groupId: string, ...users: string[]) =>
    Promise.all(users.map((userId) => service.plenum.groups.join({ groupId, userId, admit: true })));

  test('a level is shown to its user alone, and pushed to its other devices', async () => {
    const group_id = 'levels';
    const owner = await service.device('level-owner');
    await owner.must('create_group', { group_id, group_type: 'public' });
    const phone = await service.device('level-bob');
    await phone.must('join_group', { group_id });
    const laptop = await service.device('level-bob');
    await laptop.until('subscribed');
    const seen = async (device: typeof phone) => {
      const { me } = await device.must('get_group_info', { group_id, include_members: true });
      const { groups } = await device.must('list_groups', {});
      const [row] = groups as { notifications?: object }[];
      expect(row?.notifications).toEqual((me as { notifications?: object }).notifications);
      return row?.notifications;
    };
    expect(await seen(phone)).toBeUndefined();
    const until_ms = Date.UTC(2100, 0);
    const until = '2100-01-01T00:00:00.000Z';
    const set = await phone.must('set_notifications', { group_id, level: 'mentions', until_ms });
    expect(set).toEqual({ level: 'mentions', until });
    expect(await laptop.until('notifications')).toEqual({ group_id, level: 'mentions', until });
    expect(await seen(laptop)).toEqual({ level: 'mentions', until });
    expect(await seen(owner)).toBeUndefined();
    const path = `/v1/groups/${group_id}/members/level-bob/notifications`;
    const { body } = await service.rest('PUT', path, { body: { level: 'none' } });
    expect(body).toEqual({ level: 'none' });
    for (const device of [phone, laptop]) await device.until('notifications', { level: 'none' });
    expect(await seen(phone)).toEqual({ level: 'none' });
    expect(await phone.must('set_notifications', { group_id, level: 'none', until_ms: 0 })).toEqual({
      level: 'all',
    });
    expect(await seen(phone)).toBeUndefined();
    expect(phone.pushes('notifications')).toHaveLength(1);
    expect(owner.pushes('notifications')).toEqual([]);
  });

  test('the marks of others are listed page by page, and not in a group of more than 100', async () => {
    const group_id = 'marks';
    const owner = await service.device('mark-owner');
    const { epoch } = await owner.must('create_group', { group_id, group_type: 'public' });
    await admit(group_id, 'mark-bob', 'mark-cleo');
    const { seq } = await owner.must('relay_msg', { group_id, message: 'one' });
    const bob = await service.device('mark-bob');
    await bob.must('mark_read', { group_id, seq });
    const { marks, ...rest } = await bob.must('list_read_marks', { group_id });
    const all = marks as { user_id: string; read_seq: number }[];
    expect(all.toSorted((a, b) => (a.user_id < b.user_id ? -1 : 1))).toEqual([
      { user_id: 'mark-bob', read_seq: seq },
      { user_id: 'mark-cleo', read_seq: expect.any(Number) },
      { user_id: 'mark-owner', read_seq: seq },
    ]);
    expect(rest).toEqual({ epoch, head_seq: seq, next_cursor: null });
    const page = async (query: string) =>
      (await service.rest('GET', `/v1/groups/${group_id}/read_marks?limit=2${query}`)).body;
    const first = await page('');
    expect(first['marks']).toEqual(all.slice(0, 2));
    const second = await page(`&cursor=${first['next_cursor']}`);
    expect(second).toMatchObject({ marks: all.slice(2), next_cursor: null });
    await admit(group_id, ...Array.from({ length: 97 }, (_, at) => `mark-${at}`));
    expect(await owner.request('list_read_marks', { group_id })).toMatchObject({ success: true });
    await admit(group_id, 'mark-one-more');
    expect(await owner.request('list_read_marks', { group_id })).toMatchObject({
      code: 'limit_reached',
      details: { field: 'group_id', limit: 100 },
    });
  });

  test('groups are listed by their last message, each in its present state', async () => {
    const owner = await service.device('act-owner');
    const bob = await service.device('act-bob');
    const groups = ['act-a', 'act-b', 'act-c', 'act-d'];
    const ids: Record<string, unknown> = {};
    for (const group_id of groups) {
      await owner.must('create_group', { group_id, group_type: 'public' });
      await bob.must('join_group', { group_id });
      if (group_id === 'act-d') continue;
      const args = { group_id, message: `in ${group_id}`, mentions: ['act-bob'] };
      ids[group_id] = (await owner.must('relay_msg', args))['message_id'];
    }
    const list = async (args: object = {}) =>
      (await bob.must('list_groups', { order: 'activity', ...args })) as {
        groups: { group_id: string; last_message: { message?: string } | null }[];
        next_cursor: string | null;
      };
    const first = await list({ limit: 2 });
    expect(first.groups).toMatchObject([
      { group_id: 'act-c', unread: 1, unread_mentions: 1, last_message: { message: 'in act-c' } },
      { group_id: 'act-b', last_message: { type: 'message', message_id: ids['act-b'] } },
    ]);
    await owner.must('edit_message', { group_id: 'act-b', message_id: ids['act-b'], message: 'edited' });
    await owner.must('delete_message', { group_id: 'act-c', message_id: ids['act-c'] });
    await bob.must('react', { group_id: 'act-a', message_id: ids['act-a'], reaction: 'x' });
    await owner.must('relay_msg', { group_id: 'act-d', message: 'new' });
    const second = await list({ limit: 2, cursor: first.next_cursor });
    expect(second).toMatchObject({ groups: [{ group_id: 'act-a' }], next_cursor: null });
    const { body } = await service.rest('GET', '/v1/users/act-bob/groups?order=activity');
    expect(body).toMatchObject({
      groups: [
        { group_id: 'act-d', last_message: { message: 'new' } },
        { group_id: 'act-c', unread_mentions: 0, last_message: { deleted: true } },
        { group_id: 'act-b', last_message: { message: 'edited', edits: 1 } },
        { group_id: 'act-a', last_message: { reactions: { x: { count: 1, me: true } } } },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('in act-c');
    const byId = await bob.must('list_groups', { order: 'id' });
    expect((byId['groups'] as object[])[0]).not.toHaveProperty('last_message');
    for (const [order, cursor] of [
      ['activity', 'act-a'],
      ['id', first.next_cursor],
    ])
      expect(await bob.request('list_groups', { order, cursor })).toMatchObject({ code: 'invalid_args' });
  });

  test('a service may keep the marks of others to itself', async () => {
    await using closed = await Service.start(engine, { readMarksOfOthers: 'off' });
    const device = await closed.device('ann');
    await device.must('create_group', { group_id: 'g', group_type: 'public' });
    expect(await device.request('list_read_marks', { group_id: 'g' })).toMatchObject({ code: 'forbidden' });
    const { body } = await closed.rest('GET', '/v1/groups/g/read_marks');
    expect(body).toMatchObject({ marks: [{ user_id: 'ann', read_seq: 1 }] });
  });
});

test('a level is pushed to the devices of the user on every node', async () => {
  await using cluster = await Cluster.start();
  const devices = await Promise.all([0, 1, 2].map((i) => cluster.device('setter', cluster.node(i).url)));
  const [first, ...others] = devices;
  await first?.must('create_group', { group_id: 'pushed', group_type: 'public' });
  for (const device of others) await device.until('subscribed');
  await first?.must('set_notifications', { group_id: 'pushed', level: 'none' });
  for (const device of others) {
    expect(await device.until('notifications')).toEqual({ group_id: 'pushed', level: 'none' });
  }
  expect(first?.pushes('notifications')).toEqual([]);
});
