/** A mute that survives a new join, and a reserved id, by socket and by REST, on both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';

const settings = { mute_survives_rejoin: true, id_reserved_ms: 3_600_000 };

describe.each(engines)('what stays on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test('a muted user that leaves is muted again at its accept', async () => {
    const group_id = 'strict';
    const onGuest = { group_id, user_id: 'guest' };
    const owner = await service.device('owner');
    const guest = await service.device('guest');
    await owner.must('create_group', { group_id, group_type: 'strict_private', ...settings });
    expect(await owner.must('get_group_info', { group_id })).toMatchObject(settings);
    await guest.must('join_group', { group_id });
    await owner.must('accept_member', onGuest);
    const { muted_until } = await owner.must('mute_member', { ...onGuest, for_ms: 3_600_000 });
    await guest.must('leave_group', { group_id });
    await guest.must('join_group', { group_id });
    expect(await owner.must('accept_member', onGuest)).toMatchObject({ status: 'muted' });
    expect(await guest.request('relay_msg', { group_id, message: 'hello' })).toMatchObject({
      code: 'muted',
      details: { muted_until },
    });
    await owner.must('relay_msg', { group_id, message: 'to the muted user too' });
    await guest.until('relay_message');
  });

  test('no user takes the id of a deleted group, and the service does', async () => {
    const group_id = 'reserved';
    const owner = await service.device('first');
    await owner.must('create_group', { group_id, group_type: 'public', ...settings });
    await owner.must('delete_group', { group_id });
    const again = { group_id, group_type: 'public' };
    expect(await owner.request('create_group', again)).toMatchObject({
      code: 'already_exists',
      details: { field: 'group_id', reason: 'reserved' },
    });
    const answer = await service.rest('POST', '/v1/groups', { body: { ...again, creator_id: 'second' } });
    expect(answer.status).toBe(201);
  });
});
