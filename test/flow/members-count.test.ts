/** A group with `membership_events: 'counts'` through both doors: the setting, the pushes, and the view of the SDK. */
import { createView } from '@plenum/client';
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { SdkUser } from '../support/devices/sdk-user.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:one';
const path = `/v1/groups/${group_id}`;

describe.each(engines)('the number of members on %s', (engine) => {
  test('is pushed instead of entries, and shown by a view', async () => {
    await using service = await Service.start(engine);
    const token = await tokenOf('owner');
    const created = { group_id, group_type: 'public', creator_id: 'owner', membership_events: 'counts' };
    expect(await service.rest('POST', '/v1/groups', { body: created })).toMatchObject({ status: 201 });
    expect(await service.rest('GET', path, { token })).toMatchObject({
      body: { membership_events: 'counts' },
    });
    const [owner, ann] = [await service.device('owner'), await service.device('ann')];
    using user = await SdkUser.connect('owner', { url: service.url });
    const sdk = user.client;
    const counted: number[] = [];
    sdk.on('members_count', ({ members_count }) => counted.push(members_count));
    const view = createView(sdk, group_id, { userId: 'owner' });
    expect(view.membersCount).toBeNull();
    await view.loadOlder();
    expect(view.membersCount).toBe(1);

    expect(await ann.must('join_group', { group_id })).toMatchObject({
      status: 'active',
      seq: 1,
      from_seq: 2,
    });
    await ann.until('membership', { group_id, status: 'active', type: 'joined', unlisted: true });
    await owner.until('members_count', { group_id, members_count: 2 });
    for (const userId of ['bob', 'cat', 'dan']) {
      const joined = await service.rest('PUT', `${path}/members/${userId}`, { body: { status: 'active' } });
      expect(joined).toMatchObject({ status: 200, body: { status: 'active', seq: 1, from_seq: 2 } });
    }
    await owner.must('kick_member', { group_id, user_id: 'dan' });
    await eventually(() => expect([view.membersCount, counted.at(-1)]).toEqual([4, 4]));
    await eventually(() =>
      expect(owner.pushes('members_count').at(-1)).toEqual({ group_id, members_count: 4 }),
    );
    expect(owner.pushes('group_event').map(({ type }) => type)).toEqual(['kicked']);

    await ann.must('leave_group', { group_id });
    await ann.until('membership', { group_id, status: 'none', type: 'left', unlisted: true });
    await owner.must('relay_msg', { group_id, message: 'ann is away' });
    expect(await ann.must('join_group', { group_id })).toMatchObject({ seq: 3, from_seq: 4 });
    await owner.must('relay_msg', { group_id, message: 'ann is back' });
    await ann.until('relay_message', { result: { message: 'ann is back' } });
    expect(ann.seqs(group_id)).toEqual([2, 4]);

    const all = { token, body: { membership_events: 'all' } };
    expect(await service.rest('PATCH', path, all)).toMatchObject({ status: 200, body: { seq: 5 } });
    await ann.must('leave_group', { group_id });
    await owner.until('group_event', { type: 'left', user_id: 'ann', seq: 6 });
    const explained = await ann.must('explain', { group_id, action: 'join' });
    expect(explained).toMatchObject({ allowed: true });
    view.close();
  });

  test('an added user learns it, also where the node has no other member', async () => {
    await using service = await Service.start(engine);
    const created = { group_id, group_type: 'public', creator_id: 'owner', membership_events: 'counts' };
    expect(await service.rest('POST', '/v1/groups', { body: created })).toMatchObject({ status: 201 });
    const ann = await service.device('ann');
    const add = [{ user_id: 'ann' }, { user_id: 'bob', roles: ['moderator'] }];
    const changed = await service.rest('POST', `${path}/members:batch`, { body: { add } });
    expect(changed).toMatchObject({ status: 200, body: { seq: 2 } });
    await ann.until('membership', { group_id, status: 'active', type: 'joined', unlisted: true });
    // From entry 2, or from 3 if she was still being attached to the groups that she had when she connected.
    await ann.until('subscribed', { groups: [{ group_id }] });
    const said = { from_user_id: 'owner', message: 'welcome' };
    expect(await service.rest('POST', `${path}/messages`, { body: said })).toMatchObject({ status: 200 });
    await ann.until('relay_message', { result: { message: 'welcome', seq: 3 } });
    const cat = await service.device('cat');
    await service.rest('POST', `${path}/members:batch`, { body: { add: [{ user_id: 'cat' }] } });
    await cat.until('membership', { group_id, status: 'active', type: 'joined', unlisted: true });
  });
});
