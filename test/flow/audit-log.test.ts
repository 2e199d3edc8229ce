/** The audit log that is read over REST and by the library: what is in it, its pages and filters, and erased users. */
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';

interface Line {
  readonly act: string;
  readonly name: string;
  readonly target: string;
  readonly outcome: string;
  readonly [field: string]: unknown;
}
const pageOf = async (service: Service, query = '') => {
  const { status, body } = await service.rest('GET', `/v1/audit${query}`);
  expect(status).toBe(200);
  const lines: readonly Line[] = Object(body)['lines'];
  return { lines, next: body['next_cursor'] };
};
const group = { group_id: 'ops', group_type: 'public', creator_id: 'ann' };

describe.each(engines)('the audit log on %s', (engine) => {
  test('has acts and denials with their outcome, and no messages, no reads and no body', async () => {
    await using service = await Service.start(engine);
    const idempotency = { headers: { 'idempotency-key': 'ticket-4711' } };
    await service.rest('POST', '/v1/groups', {
      body: { ...group, metadata: { secret: 's3cret' } },
      ...idempotency,
    });
    await service.rest('POST', '/v1/groups/ops/messages', {
      body: { from_user_id: 'ann', message: 's3cret' },
    });
    await service.rest('GET', '/v1/groups/ops');
    await service.rest('POST', '/v1/groups/ops/members/ben/kick', { body: { actor_id: 'ann' } });
    await service.rest('GET', '/v1/nodes', { token: 'wrong' });
    await service.rest('GET', '/v1/nodes', { token: await tokenOf('eve') });
    await eventually(async () => expect((await pageOf(service)).lines).toHaveLength(4));
    const { lines } = await pageOf(service);
    const times = lines.map(({ at }) => String(at));
    expect(times).toEqual([...times].sort().reverse());
    // A denial can come in the millisecond of an act, which is then before it: only lines of one kind have one order.
    const denials = lines.filter(({ kind }) => kind === 'denial');
    const acts = lines.filter(({ kind }) => kind === 'act');
    expect(denials).toMatchObject([
      { act: 'list_nodes', name: 'user:eve', outcome: 'forbidden' },
      { act: 'list_nodes', name: 'unknown', outcome: 'unauthenticated' },
    ]);
    expect(acts).toMatchObject([
      { act: 'kick_member', target: 'group:ops user:ben', acting_as: 'ann', outcome: 'user_not_in_group' },
      { act: 'create_group', acting_as: 'ann', outcome: 'ok', request_id: 'ticket-4711' },
    ]);
    for (const { name, address, node_id } of acts) {
      expect({ name, address, node_id }).toEqual({
        name: expect.stringMatching(/^token-[\da-f]{8}$/),
        address: '127.0.0.1',
        node_id: expect.stringMatching(/\w/),
      });
    }
    expect(JSON.stringify(lines)).not.toMatch(/s3cret|wrong/);
  });

  test('is paged and filtered, also by the library', async () => {
    await using service = await Service.start(engine);
    const { cluster } = service.plenum;
    await service.rest('POST', '/v1/groups', { body: group });
    for (const user of ['u1', 'u2', 'u3', 'u4']) await service.rest('PUT', `/v1/groups/ops/members/${user}`);
    await eventually(async () => expect((await pageOf(service)).lines).toHaveLength(5));
    const first = await pageOf(service, '?act=join_group&limit=3');
    const rest = await pageOf(service, `?act=join_group&limit=3&cursor=${first.next}`);
    expect([...first.lines, ...rest.lines].map(({ target }) => target)).toEqual(
      ['u4', 'u3', 'u2', 'u1'].map((user) => `group:ops user:${user}`),
    );
    expect(rest.next).toBeNull();
    expect((await pageOf(service, '?name=no-token')).lines).toEqual([]);
    const byLibrary = await cluster.audit({ act: 'create_group' });
    expect(byLibrary.ok && byLibrary.result.lines).toMatchObject([{ act: 'create_group', outcome: 'ok' }]);
    expect(await cluster.audit({ limit: 0 })).toMatchObject({ ok: false, failure: { code: 'invalid_args' } });
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=201', 'limit'],
      ['cursor=none', 'cursor'],
      ['act=', 'act'],
      ['who=ci', 'who'],
    ]) {
      const { status, body } = await service.rest('GET', `/v1/audit?${query}`);
      expect([query, status, body['code']]).toEqual([query, 400, 'invalid_args']);
      expect(body['details']).toMatchObject({ field });
    }
    expect((await service.rest('GET', '/v1/audit', { token: await tokenOf('ann') })).status).toBe(403);
    expect((await service.rest('GET', '/v1/audit', { token: null })).status).toBe(401);
  });

  test('an erased user is in no entry but that of its erasure; the export had its entries before', async () => {
    await using service = await Service.start(engine);
    await service.rest('POST', '/v1/groups', { body: { ...group, creator_id: 'zoe' } });
    await service.rest('POST', '/v1/users/zoe/disconnect');
    const audited = async () => {
      const lines: Line[] = [];
      for await (const line of service.plenum.cluster.exportUser({ userId: 'zoe' })) {
        const { type, ...fields } = JSON.parse(line);
        if (type === 'audit') lines.push(fields);
      }
      return lines.map(({ act }) => act);
    };
    await eventually(async () => expect(await audited()).toEqual(['disconnect_user', 'create_group']));
    await service.rest('DELETE', '/v1/users/zoe');
    await eventually(async () => {
      const { body } = await service.rest('GET', '/v1/users/zoe/erasure');
      expect(body['status']).toBe('done');
    });
    await eventually(async () => expect(await audited()).toEqual(['erase_user']));
    const { lines } = await pageOf(service);
    expect(lines.slice(1)).toMatchObject([
      { act: 'disconnect_user', target: 'user:(erased)' },
      { act: 'create_group', acting_as: '(erased)' },
    ]);
  });
});
