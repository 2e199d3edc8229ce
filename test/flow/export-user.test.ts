/** What is kept of a user as lines: its memberships, marks and messages, and with `all` also what lies in other groups. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { adminToken, tokenOf } from '../support/wire/http.ts';

const free = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };

describe.each(engines)('the export of a user on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings: free });
    const { plenum } = service;
    for (const groupId of ['a', 'b', 'left', 'out']) {
      await plenum.groups.create({ groupId, groupType: 'public', creatorId: 'owner' });
      await plenum.groups.join({ groupId, userId: 'zoe' });
      await plenum.send(groupId, 'owner', 'of the owner');
      await plenum.send(groupId, 'zoe', `of zoe in ${groupId}`);
    }
    for (let i = 0; i < 450; i += 1) await plenum.send('a', i % 2 === 0 ? 'zoe' : 'owner', `m${i}`);
    await plenum.groups.create({ groupId: 'c', groupType: 'private', creatorId: 'owner' });
    const invite = { body: { actor_id: 'owner' } };
    await service.rest('POST', '/v1/groups/c/members/zoe/invite', invite);
    await plenum.groups.create({ groupId: 'd', groupType: 'private', creatorId: 'owner' });
    for (const userId of ['first', 'zoe', 'last']) {
      await service.rest('PUT', `/v1/groups/d/members/${userId}`, { body: { note: `of ${userId}` } });
    }
    const level = { body: { level: 'mentions', until_ms: Date.UTC(2100, 0) } };
    await service.rest('PUT', '/v1/groups/b/members/zoe/notifications', level);
    await plenum.groups.leave({ groupId: 'left', userId: 'zoe' });
    await plenum.groups.ban({ groupId: 'out', userId: 'zoe', forMs: 3_600_000 });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  async function linesOf(query = ''): Promise<Record<string, unknown>[]> {
    const headers = { authorization: `Bearer ${adminToken}` };
    const answer = await fetch(`${service.url}/v1/users/zoe/export${query}`, { headers });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const text = await answer.text();
    expect(text.endsWith('\n')).toBe(true);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
  const ofType = (lines: readonly Record<string, unknown>[], type: string) =>
    lines.filter((one) => one['type'] === type);

  test('has the groups in which it is, page by page, and no message of another user', async () => {
    const lines = await linesOf();
    expect(lines[0]).toMatchObject({ type: 'user', user_id: 'zoe', groups: 'own' });
    expect(ofType(lines, 'membership')).toMatchObject([
      { group_id: 'a', group_type: 'public', status: 'active', roles: ['member'], since_seq: 2, unread: 1 },
      {
        ...{ group_id: 'b', status: 'active', read_seq: 4, unread: 0 },
        notifications: { level: 'mentions', until: '2100-01-01T00:00:00.000Z' },
      },
      { group_id: 'd', status: 'pending', note: 'of zoe' },
    ]);
    expect(ofType(lines, 'invite')).toEqual([{ type: 'invite', group_id: 'c', invited_by: 'owner' }]);
    const messages = ofType(lines, 'message');
    expect(messages.every(({ from_user_id }) => from_user_id === 'zoe')).toBe(true);
    expect(messages.map(({ group_id }) => group_id)).toEqual([...Array(226).fill('a'), 'b']);
    expect(messages[0]).toMatchObject({ message: 'of zoe in a', seq: 4 });
    expect(lines.at(-1)).toEqual({
      type: 'end',
      memberships: 3,
      bans: 0,
      invites: 1,
      messages: 227,
      audit: 3,
    });
  });

  test('has with all groups also the messages in a group that it left, and its ban', async () => {
    const lines = await linesOf('?groups=all');
    expect(ofType(lines, 'ban')).toEqual([
      { type: 'ban', group_id: 'out', banned_until: expect.any(String) },
    ]);
    const elsewhere = ofType(lines, 'message').filter(
      ({ group_id }) => !['a', 'b'].includes(String(group_id)),
    );
    expect(elsewhere).toMatchObject([{ message: 'of zoe in left' }, { message: 'of zoe in out' }]);
    expect(lines.at(-1)).toEqual({
      type: 'end',
      memberships: 3,
      bans: 1,
      invites: 1,
      messages: 229,
      audit: 3,
    });
  });

  test('is for the service, and of an unknown user has nothing but its ends', async () => {
    const token = await tokenOf('zoe');
    const byUser = await service.rest('GET', '/v1/users/zoe/export', { token });
    expect(byUser.body).toMatchObject({ code: 'forbidden' });
    const headers = { authorization: `Bearer ${adminToken}` };
    const answer = await fetch(`${service.url}/v1/users/stranger/export?groups=all`, { headers });
    const types = (await answer.text()).trimEnd().split('\n');
    expect(types.map((line) => JSON.parse(line).type)).toEqual(['user', 'end']);
  });
});
