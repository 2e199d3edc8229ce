/** Pages of members while members move, by socket and by REST, on both engines. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';

describe.each(engines)('pages of members on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const applicants = ['a1', 'a2', 'a3', 'a4'];

  test('an applicant who is accepted while the cursor is among the applicants is listed once', async () => {
    const owner = await service.device('owner');
    await owner.must('create_group', { group_id: 'moving', group_type: 'private' });
    for (const user of applicants) {
      await service.rest('PUT', `/v1/groups/moving/members/${user}`, { body: {} });
    }
    const args = { group_id: 'moving', limit: 2 };
    const first = await owner.must('list_members', args);
    for (const user_id of ['a3', 'a1', 'a2'])
      await owner.must('accept_member', { group_id: 'moving', user_id });
    const second = await owner.must('list_members', { ...args, cursor: first['next_cursor'] });
    const path = `/v1/groups/moving/members?limit=2&cursor=${second['next_cursor']}`;
    const third = (await service.rest('GET', path)).body;
    const listed = [first, second, third].flatMap(({ members }) => members as { user_id: string }[]);
    expect(listed.map(({ user_id }) => user_id).sort()).toEqual([...applicants, 'owner']);
    expect(third['next_cursor']).toBeNull();
  });

  test('one member is read by its id, by socket and by REST', async () => {
    const owner = await service.device('owner');
    await owner.must('create_group', { group_id: 'one', group_type: 'private' });
    for (const user of applicants) await service.rest('PUT', `/v1/groups/one/members/${user}`, { body: {} });
    await owner.must('accept_member', { group_id: 'one', user_id: 'a2' });
    const of = async (query: string) => (await service.rest('GET', `/v1/groups/one/members?${query}`)).body;
    const row = { user_id: 'a2', status: 'active', roles: ['member'], online: false };
    expect(await owner.must('list_members', { group_id: 'one', user_id: 'a2' })).toMatchObject({
      ...{ members: [row], next_cursor: null },
    });
    expect(await of('user_id=a2')).toMatchObject({ members: [row] });
    expect(await of('user_id=a3&status=pending')).toMatchObject({ members: [{ user_id: 'a3' }] });
    await eventually(async () => {
      expect(await of('user_id=owner')).toMatchObject({ members: [{ online: true, roles: ['admin'] }] });
    });
    for (const query of ['user_id=a3&status=active', 'user_id=stranger'])
      expect(await of(query)).toEqual({ members: [], next_cursor: null });
    expect(await of('user_id=a2&cursor=x')).toMatchObject({
      ...{ code: 'invalid_args', details: { field: 'cursor' } },
    });
    expect(await of('user_id=a%20b')).toMatchObject({ details: { field: 'user_id' } });
    const byLibrary = await service.plenum.groups.members({ groupId: 'one', userId: 'a2' });
    expect(byLibrary).toMatchObject({ ok: true, result: { members: [row] } });
  });
});
