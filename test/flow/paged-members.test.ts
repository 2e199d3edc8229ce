/** Pages of members while members move, by socket and by REST, on both engines. */
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
});
