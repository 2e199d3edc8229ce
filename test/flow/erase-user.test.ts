/** A user leaves all groups by one request of the service: its devices, the other members, and the progress. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';

describe.each(engines)('the erasure of a user on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const progress = async (user: string) => (await service.rest('GET', `/v1/users/${user}/erasure`)).body;

  test('ends its memberships and applications, and each group has the entry', async () => {
    const { groups } = service.plenum;
    await groups.create({ groupId: 'club', groupType: 'private', creatorId: 'owner' });
    await groups.create({ groupId: 'own', groupType: 'private', creatorId: 'zoe' });
    await groups.create({ groupId: 'waiting', groupType: 'private', creatorId: 'owner' });
    await groups.join({ groupId: 'club', userId: 'zoe', admit: true });
    await groups.join({ groupId: 'waiting', userId: 'zoe' });
    const [owner, zoe] = await Promise.all([service.device('owner'), service.device('zoe')]);
    await zoe?.until('subscribed', { groups: [{ group_id: 'club' }] });
    expect(await progress('zoe')).toEqual({ user_id: 'zoe', status: 'none', groups_left: 0 });
    const begun = await service.rest('DELETE', '/v1/users/zoe');
    expect(begun).toMatchObject({ status: 202, body: { user_id: 'zoe', status: 'running', groups_left: 0 } });
    await eventually(async () =>
      expect(await progress('zoe')).toMatchObject({
        status: 'done',
        groups_left: 3,
        started_at: begun.body['started_at'],
        finished_at: expect.any(String),
      }),
    );
    await zoe?.until('membership', { group_id: 'club', status: 'none', type: 'left', actor_id: '$service' });
    await owner?.until('group_event', { group_id: 'club', type: 'left', user_id: 'zoe' });
    expect((await zoe?.must('list_groups', {}))?.['groups']).toEqual([]);
    expect(await groups.info({ groupId: 'own' })).toMatchObject({ failure: { code: 'group_not_found' } });
    const again = await service.rest('DELETE', '/v1/users/zoe');
    expect(again.body).toMatchObject({ status: 'running', groups_left: 0 });
    await eventually(async () =>
      expect(await progress('zoe')).toMatchObject({ status: 'done', groups_left: 0 }),
    );
  });

  test('takes its messages down, also in a group that it left, if that is asked', async () => {
    const { groups } = service.plenum;
    await groups.create({ groupId: 'talk', groupType: 'public', creatorId: 'owner' });
    await groups.create({ groupId: 'past', groupType: 'public', creatorId: 'owner' });
    for (const groupId of ['talk', 'past']) {
      await groups.join({ groupId, userId: 'yan' });
      await service.plenum.send(groupId, 'yan', 'the secret of yan');
      await service.plenum.send(groupId, 'owner', 'an answer');
    }
    await groups.leave({ groupId: 'past', userId: 'yan' });
    const owner = await service.device('owner');
    const refused = await service.rest('DELETE', '/v1/users/yan?erase=everything');
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_args' } });
    const begun = await service.rest('DELETE', '/v1/users/yan?erase=messages');
    expect(begun).toMatchObject({
      status: 202,
      body: { status: 'running', messages_done: 0, archive: 'pending' },
    });
    await eventually(
      async () =>
        expect(await progress('yan')).toMatchObject({
          status: 'done',
          groups_left: 1,
          messages_done: 2,
          archive: 'none',
        }),
      { timeoutMs: 30_000 },
    );
    await owner?.until('message_event', { group_id: 'past', type: 'deleted', actor_id: '$service' });
    for (const groupId of ['talk', 'past']) {
      const page = await service.rest('GET', `/v1/groups/${groupId}/messages?after=0`);
      expect(JSON.stringify(page.body)).not.toContain('secret');
      expect(page.body['entries']).toMatchObject([
        { type: 'created' },
        { type: 'joined' },
        { from_user_id: 'yan', deleted: true },
        { message: 'an answer' },
        {},
        {},
      ]);
    }
    const talk = await service.rest('GET', '/v1/groups/talk/messages?after=4');
    expect(talk.body['entries']).toMatchObject([{ type: 'deleted' }, { type: 'left' }]);
  });

  test('is for the service', async () => {
    const token = await tokenOf('zoe');
    for (const [method, path] of [
      ['DELETE', '/v1/users/zoe'],
      ['GET', '/v1/users/zoe/erasure'],
    ] as const) {
      const { status, body } = await service.rest(method, path, { token });
      expect({ status, code: body['code'] }).toEqual({ status: 403, code: 'forbidden' });
    }
  });
});
