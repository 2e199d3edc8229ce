/**
 * Hostile ids at both doors: names from the ends of the charset go through the whole rule table, and ids that are the same
 * when they are joined (`a:b` + `c`, `a` + `b:c`) share nothing.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { adminToken, tokenOf } from '../support/wire/http.ts';
import { restCall } from '../support/wire/rest-call.ts';

const free = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };
/** `+` and `~` are the first and the last character of the charset. */
const names = [
  ...[
    '+',
    '~',
    '-',
    '=',
    '|',
    '@',
    '_',
    ':',
    '...',
    '.a',
    'a.',
    '+.',
    '-.-',
    '::',
    '||',
    '{'.replace('{', '~~'),
  ],
  ...['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', '__defineGetter__'],
  ...['+'.repeat(128), '~'.repeat(128), ':'.repeat(128), `${'.'.repeat(127)}a`, '=service'],
  ...['null', 'true', '0', '-1', '1e3', 'NaN', 'group:a', 'members:a', 'user:a', 'p1:a', 'a|b', 'a@b.c+d'],
];
const doors = ['socket', 'rest'] as const;

type Ask = (by: string, type: string, args?: object, requestId?: string) => Promise<Record<string, unknown>>;

function askAt(door: (typeof doors)[number], service: Service, group_id: string): Ask {
  return async (by, type, args = {}, requestId) => {
    const all = { group_id, ...args };
    if (door === 'socket') {
      await using device = await service.device(by, { auth: { subscribe: 'none' } });
      const answer = await device.request(type, all, requestId);
      return answer.success ? answer.result : { ...answer };
    }
    const { method, path, body } = restCall(type, all, by);
    const headers = requestId === undefined ? {} : { 'idempotency-key': requestId };
    return (await service.rest(method, path, { token: await tokenOf(by), body, headers })).body;
  };
}

/** Sent unchanged: `fetch` would resolve `.` and `..`. */
function getAsItStands(service: Service, path: string): Promise<{ status: number; code: unknown }> {
  const { hostname, port } = new URL(service.url);
  const headers = { authorization: `Bearer ${adminToken}` };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(Buffer.from(chunk));
      const body: { code?: unknown } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      resolve({ status: answer.statusCode ?? 0, code: body.code });
    });
    sent.on('error', reject).end();
  });
}

describe.each(engines)('hostile ids on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings: free });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  describe.each(doors)('at the %s door', (door) => {
    test.each(names)('%s is founder, member and group through the whole rule table', async (name) => {
      await service.plenum.groups.delete({ groupId: name });
      const ask = askAt(door, service, name);
      const other = `${name.slice(0, 120)}:x`;
      expect(await ask(name, 'create_group', { group_type: 'strict_private' })).toMatchObject({ seq: 1 });
      expect(await ask(other, 'join_group')).toMatchObject({ status: 'pending', seq: 2 });
      expect(await ask(name, 'accept_member', { user_id: other })).toMatchObject({ status: 'active' });
      expect(await ask(other, 'relay_msg', { message: 'hello' })).toMatchObject({
        seq: 4,
        recipients_count: 2,
      });
      expect(await ask(name, 'mute_member', { user_id: other })).toEqual({ status: 'muted' });
      expect(await ask(other, 'relay_msg', { message: 'no' })).toMatchObject({ code: 'muted' });
      expect(await ask(name, 'unmute_member', { user_id: other })).toEqual({ status: 'active' });
      expect(await ask(name, 'promote_member', { user_id: other })).toEqual({ roles: ['admin'] });
      expect(await ask(other, 'demote_member', { user_id: name })).toEqual({ roles: ['member'] });
      expect(await ask(other, 'ban_member', { user_id: name })).toEqual({ status: 'banned' });
      expect(await ask(name, 'join_group')).toMatchObject({ code: 'banned' });
      expect(await ask(other, 'unban_member', { user_id: name })).toEqual({ status: 'unbanned' });
      expect(await ask(name, 'join_group')).toMatchObject({ status: 'pending', seq: 11 });
      expect(await ask(other, 'reject_member', { user_id: name })).toMatchObject({ status: 'rejected' });
      const { members, counts } = await ask(other, 'get_group_info', { include_members: true });
      expect(Object.keys(Object(members))).toEqual([other]);
      expect(counts).toEqual({ active: 1, pending: 0, muted: 0, admins: 1 });
      const { entries } = await ask(other, 'history', { after: 0 });
      expect(entries).toHaveLength(10);
      expect(await ask(other, 'leave_group')).toEqual({ status: 'left' });
      expect(await ask(other, 'get_group_info')).toMatchObject({ code: 'group_not_found' });
    });

    test('ids that are the same when they are joined share no member, request, mute, ban or message', async () => {
      const text = `${door}:a:b:c`;
      const pairs = [1, 2, 3].map((i) => {
        const parts = text.split(':');
        return [parts.slice(0, i).join(':'), parts.slice(i).join(':')] as const;
      });
      for (const [groupId, userId] of pairs) {
        const ask = askAt(door, service, groupId);
        await ask('founder', 'create_group', { group_type: 'strict_private' }, 'found');
        await ask(userId, 'join_group', {}, 'join');
        await ask('founder', 'accept_member', { user_id: userId }, 'accept');
        const sent = await ask(userId, 'relay_msg', { message: `of ${userId}` }, 'send');
        expect(sent).toMatchObject({ seq: 4, recipients_count: 2 });
      }
      const [first = ['', ''], second = ['', '']] = pairs;
      await askAt(door, service, first[0])('founder', 'mute_member', { user_id: first[1] });
      await askAt(door, service, second[0])('founder', 'ban_member', { user_id: second[1] });
      const again = (pair: readonly [string, string]) =>
        askAt(door, service, pair[0])(pair[1], 'relay_msg', { message: 'again' });
      const answers = await Promise.all(pairs.map(again));
      expect(answers).toMatchObject([{ code: 'muted' }, { code: 'banned' }, { seq: 5 }]);
      for (const [groupId, userId] of pairs) {
        const { entries } = await askAt(door, service, groupId)('founder', 'history', { after: 3, limit: 1 });
        expect(entries).toMatchObject([{ group_id: groupId, from_user_id: userId, message: `of ${userId}` }]);
      }
    });
  });

  test.each(['.', '..', '%2e', '%2E%2e', '%2e%2e%2f', '%00', '%7B', 'a%20b', '%C3%A9', '%ED%A0%80', '%'])(
    'a path with %s for a group is refused with its name',
    async (name) => {
      for (const path of [`/v1/groups/${name}`, `/v1/groups/${name}/members`, `/v1/users/${name}/groups`]) {
        const { status, code } = await getAsItStands(service, path);
        expect([400, 404]).toContain(status);
        expect(['invalid_args', 'invalid_request', 'unsupported_request']).toContain(code);
      }
    },
  );
});
