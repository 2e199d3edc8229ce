/** Invites through socket and REST: the invited user's devices learn of them at once and get nothing of the group. */
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:one';
const ann = { group_id, user_id: 'ann' };
const pushesTo = (device: Device) =>
  device.arrivals.flatMap(({ event, payload }) => (event === 'membership' ? [payload] : []));

describe.each(engines)('invites on %s', (engine) => {
  test('are pushed to the devices of their user, which may decline, lose or use them', async () => {
    await using service = await Service.start(engine);
    const owner = await service.device('owner');
    const device = await service.device('ann');
    await owner.must('create_group', { group_id, group_type: 'strict_private' });
    const invited = { group_id, status: 'invited', roles: [], type: 'invited', actor_id: 'owner' };
    const ended = { group_id, status: 'none', roles: [] };

    expect(await owner.must('invite_member', ann)).toMatchObject({ status: 'invited', seq: 2 });
    await eventually(() => expect(pushesTo(device)).toEqual([invited]));
    await owner.must('relay_msg', { group_id, message: 'not for ann' });
    expect(await device.must('list_groups', {})).toMatchObject({
      groups: [{ group_id, status: 'invited', roles: [], invited_by: 'owner' }],
    });
    expect(await device.must('get_group_info', { group_id })).toEqual({
      group_id,
      group_type: 'strict_private',
      me: { status: 'invited', roles: [] },
    });
    expect(await device.request('history', { group_id })).toMatchObject({ code: 'not_a_member' });

    await device.must('decline_invite', { group_id });
    await eventually(() =>
      expect(pushesTo(device)).toEqual([invited, { ...ended, type: 'invite_declined' }]),
    );
    const path = `/v1/groups/${group_id}/members/ann`;
    const asOwner = { token: await tokenOf('owner'), body: { for_ms: 60_000 } };
    expect(await service.rest('POST', `${path}/invite`, asOwner)).toMatchObject({
      status: 200,
      body: { status: 'invited', invited_until: expect.any(String) },
    });
    const token = await tokenOf('ann');
    expect(await service.rest('POST', `${path}/revoke_invite`, { token })).toMatchObject({
      status: 404,
      body: { code: 'user_not_in_group' },
    });
    expect(await service.rest('POST', `${path}/revoke_invite`, { token: asOwner.token })).toMatchObject({
      status: 200,
    });
    await eventually(() => expect(pushesTo(device).at(-1)).toMatchObject({ type: 'invite_revoked' }));
    expect(await service.rest('POST', `${path}/decline_invite`, { token })).toMatchObject({
      status: 404,
      body: { code: 'invite_not_found' },
    });

    await owner.must('invite_member', ann);
    expect(device.messages()).toEqual([]);
    expect(await device.must('join_group', { group_id })).toMatchObject({ status: 'active' });
    await owner.must('relay_msg', { group_id, message: 'for ann' });
    await eventually(() => expect(device.messages()).toHaveLength(1));
    expect(pushesTo(device).filter((push) => Object(push).type === 'invited')).toHaveLength(3);
  });

  test('end with the group, and their users hear it once, with and without a feed of it', async () => {
    await using service = await Service.start(engine);
    const owner = await service.device('owner');
    const [device, bob] = [await service.device('ann'), await service.device('bob')];
    const ended = { group_id, status: 'none', roles: [], type: 'deleted' };
    const ends = () => pushesTo(device).filter((push) => Object(push).type === 'deleted');
    for (const feeds of [1, 2]) {
      await owner.must('create_group', { group_id, group_type: 'private' });
      await owner.must('invite_member', ann);
      await owner.must('delete_group', { group_id });
      await eventually(() => expect(ends()).toHaveLength(feeds));
      expect(ends().at(-1)).toEqual(ended);
      expect(await device.must('list_groups', {})).toMatchObject({ groups: [] });
    }
    // The only member is on no device, so no feed is open; its leave ends the group.
    const { groups } = service.plenum;
    await groups.create({ groupId: 'room:two', groupType: 'private', creatorId: 'cyd' });
    await groups.invite({ groupId: 'room:two', userId: 'bob' });
    await bob.until('membership', { group_id: 'room:two', type: 'invited' });
    await groups.leave({ groupId: 'room:two', userId: 'cyd' });
    await bob.until('membership', { group_id: 'room:two', status: 'none', type: 'deleted' });
    expect(ends()).toHaveLength(2);
  });

  test('several accept an applicant, each by its door, and its devices see how far it is', async () => {
    await using service = await Service.start(engine);
    const owner = await service.device('owner');
    const device = await service.device('ann');
    const settings = { group_type: 'private', accepts_needed: 2 };
    await owner.must('create_group', { group_id, ...settings });
    expect(await owner.must('get_group_info', { group_id })).toMatchObject({ accepts_needed: 2 });
    await service.plenum.groups.join({ groupId: group_id, userId: 'bob', admit: true });
    await device.must('join_group', { group_id });
    const pending = { status: 'pending', accepts: 1, accepts_needed: 2 };
    expect(await owner.must('accept_member', ann)).toMatchObject(pending);
    expect(await owner.must('accept_member', ann)).toMatchObject(pending);
    await eventually(() =>
      expect(pushesTo(device).at(-1)).toMatchObject({
        status: 'pending',
        type: 'endorsed',
        actor_id: 'owner',
      }),
    );
    const path = `/v1/groups/${group_id}/members/ann/accept`;
    const { status, body } = await service.rest('POST', path, { token: await tokenOf('bob') });
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'active' } });
    expect(body).not.toHaveProperty('accepts');
    await eventually(() =>
      expect(pushesTo(device).at(-1)).toMatchObject({ status: 'active', type: 'accepted' }),
    );
  });
});
