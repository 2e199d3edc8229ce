/** Invite links through socket, REST and SDK: only the answer to their creation has the code, and no log has it. */
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { recordingLogger } from '../support/cluster/recording-logger.ts';
import { engines, Service } from '../support/cluster/service.ts';
import { SdkUser } from '../support/devices/sdk-user.ts';
import { adminToken, tokenOf } from '../support/wire/http.ts';

const group_id = 'room:one';
const links = `/v1/groups/${group_id}/invite_links`;

describe.each(engines)('invite links on %s', (engine) => {
  test('are made, shown without their code, previewed, used and revoked at both doors', async () => {
    const { logger, lines } = recordingLogger();
    await using service = await Service.start(engine, { logger });
    const owner = await service.device('owner');
    const device = await service.device('ann');
    const metadata = { topic: 'tea' };
    await owner.must('create_group', { group_id, group_type: 'strict_private', metadata });

    const made = await owner.must('create_invite_link', { group_id, max_uses: 2, for_ms: 3_600_000 });
    const { code, link_id, expires_at } = made;
    expect(made).toEqual({ code: expect.any(String), link_id, expires_at, max_uses: 2 });
    expect(String(code)).toMatch(/^cm9vbTpvbmU\.[\w-]{32}$/);
    const asOwner = await tokenOf('owner');
    const asBob = await tokenOf('bob');
    const second = await service.rest('POST', links, { token: adminToken, body: { actor_id: 'owner' } });
    expect(second).toMatchObject({ status: 201, body: { code: expect.any(String) } });
    expect(second.body['code']).not.toBe(code);

    expect(await device.must('preview_invite', { code })).toEqual({
      ...{ group_id, group_type: 'strict_private', metadata, members_count: 1, expires_at },
    });
    const asked = { token: asBob, body: { code: second.body['code'] } };
    expect(await service.rest('POST', '/v1/invites/preview', asked)).toMatchObject({
      status: 200,
      body: { group_id, members_count: 1 },
    });
    expect(await device.request('get_group_info', { group_id })).toMatchObject({
      result: { me: { status: 'none' } },
    });

    expect(await device.must('join_group', { invite: code })).toMatchObject({ status: 'active', group_id });
    await owner.must('relay_msg', { group_id, message: 'for ann' });
    await eventually(() => expect(device.messages()).toHaveLength(1));
    const join = { token: asBob, body: { invite: code } };
    expect(await service.rest('PUT', `/v1/groups/other/members/bob`, join)).toMatchObject({ status: 404 });
    expect(await service.rest('PUT', `/v1/groups/${group_id}/members/bob`, join)).toMatchObject({
      status: 200,
      body: { status: 'active', group_id },
    });

    const listed = await service.rest('GET', `${links}?limit=1`, { token: asOwner });
    expect(listed.body['links']).toEqual([
      {
        ...{ link_id, created_by: 'owner', created_at: expect.any(String) },
        ...{ expires_at, uses: 2, max_uses: 2 },
      },
    ]);
    const cursor = String(listed.body['next_cursor']);
    const rest = await owner.must('list_invite_links', { group_id, cursor });
    expect(rest).toMatchObject({ links: [{ link_id: second.body['link_id'], uses: 0 }], next_cursor: null });
    expect(await device.request('list_invite_links', { group_id })).toMatchObject({ code: 'not_admin' });
    expect(await owner.request('list_invite_links', { group_id, cursor: 'forged' })).toMatchObject({
      code: 'invalid_args',
    });

    expect(
      await service.rest('DELETE', `${links}/${second.body['link_id']}`, { token: asOwner }),
    ).toMatchObject({
      status: 200,
      body: { status: 'revoked' },
    });
    expect(await service.rest('POST', '/v1/invites/preview', asked)).toMatchObject({
      status: 404,
      body: { code: 'invite_not_found' },
    });
    expect(await device.request('preview_invite', { code })).toMatchObject({ code: 'invite_used_up' });

    const seen = JSON.stringify([
      ...[lines, rest, listed, device.arrivals, owner.arrivals],
      await owner.must('history', { group_id }),
      await service.rest('GET', `/v1/groups/${group_id}/messages?after=0`, { token: adminToken }),
    ]);
    for (const secret of [code, second.body['code']]) {
      expect(seen).not.toContain(String(secret).split('.')[1] ?? seen);
    }
  });

  test('have the same code for a repeated creation, at each door, and a new one for a new request', async () => {
    await using service = await Service.start(engine);
    const owner = await service.device('owner');
    await owner.must('create_group', { group_id, group_type: 'private' });
    const first = await owner.request('create_invite_link', { group_id }, 'make');
    expect(await owner.request('create_invite_link', { group_id }, 'make')).toEqual(first);
    const headers = { 'idempotency-key': 'make' };
    const byRest = await service.rest('POST', links, { token: await tokenOf('owner'), headers, body: {} });
    expect(first).toMatchObject({ result: byRest.body });
    const { code } = byRest.body;
    const { link_id } = byRest.body;
    await owner.must('revoke_invite_link', { group_id, link_id });
    const again = await owner.must('create_invite_link', { group_id });
    expect(again['code']).not.toBe(code);
    const device = await service.device('ann');
    expect(await device.request('join_group', { invite: code })).toMatchObject({ code: 'invite_not_found' });
    const same = await device.request('join_group', { invite: again['code'] }, 'join');
    expect(await device.request('join_group', { invite: again['code'] }, 'join')).toEqual(same);
    expect(await owner.must('list_invite_links', { group_id })).toMatchObject({ links: [{ uses: 1 }] });
  });

  test('tell nothing to a guess, whether the group exists or not', async () => {
    await using service = await Service.start(engine);
    await service.plenum.groups.create({ groupId: group_id, groupType: 'public', creatorId: 'owner' });
    const made = await service.plenum.groups.createInviteLink({ groupId: group_id });
    const code = made.ok ? made.result.code : '';
    const device = await service.device('ann');
    const guesses = [
      ...[`${code}x`, code.slice(0, -1), code.replace('.', ''), `${code}.`, '.', 'x', '%00.x', '../..'],
      ...[
        `bm9uZQ.${code.split('.')[1]}`,
        `${code.split('.')[0]}.${'A'.repeat(32)}`,
        `${code.split('.')[0]}=.x`,
      ],
    ];
    const answers = await Promise.all(
      guesses.map((guess) => device.request('preview_invite', { code: guess })),
    );
    for (const answer of answers) {
      expect({ ...answer, request_id: '' }).toEqual({ ...answers[0], request_id: '' });
      expect(answer).toMatchObject({ code: 'invite_not_found', error: 'There is no such invite' });
      expect(answer).not.toHaveProperty('details');
    }
    expect(await device.request('join_group', { invite: guesses[0] })).toMatchObject({
      code: 'invite_not_found',
    });
    expect(await device.request('join_group', {})).toMatchObject({
      code: 'invalid_args',
      details: { field: 'group_id' },
    });
  });

  test('bring a client of the SDK into a group whose id it learns by the answer', async () => {
    await using service = await Service.start(engine);
    await service.plenum.groups.create({ groupId: group_id, groupType: 'private', creatorId: 'owner' });
    const made = await service.plenum.groups.createInviteLink({ groupId: group_id, actorId: 'owner' });
    using ann = await SdkUser.connect('ann', { url: service.url });
    const joined = await ann.client.joinByInvite(made.ok ? made.result.code : '');
    expect(joined).toMatchObject({ ok: true, result: { group_id, status: 'active' } });
    await service.plenum.send(group_id, 'owner', 'welcome');
    await ann.untilTexts(group_id, ['welcome']);
  });
});
