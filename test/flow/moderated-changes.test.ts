/** The texts of a change that members see pass the moderation of messages, through socket and REST on both engines. */
import type { Moderation } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import { invalidVerdicts } from '../support/adapters/invalid-verdicts.ts';
import { recordingLogger } from '../support/cluster/recording-logger.ts';
import { noSpam } from '../support/cluster/room.ts';
import { type EngineName, engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:one';
const blocked = (field: string) => ({
  success: false,
  code: 'moderation_blocked',
  can_retry: false,
  details: { reason: 'no spam', field },
});

interface Scene extends AsyncDisposable {
  readonly service: Service;
  readonly owner: Device;
}

/** A strict_private group of `owner` with the member `ann` and the applicant `bob`. */
async function startGroup(engine: EngineName, moderation: Moderation): Promise<Scene> {
  const { logger } = recordingLogger();
  const service = await Service.start(engine, { adapters: { moderation }, logger });
  const owner = await service.device('owner');
  expect(
    await owner.ask({ request_type: 'create_group', args: { group_id, group_type: 'strict_private' } }),
  ).toMatchObject({ success: true });
  for (const user of ['ann', 'bob']) {
    const device = await service.device(user);
    await device.ask({ request_type: 'join_group', args: { group_id } });
  }
  await owner.ask({ request_type: 'accept_member', args: { group_id, user_id: 'ann' } });
  return { service, owner, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

const eventsOf = async (device: Device) => {
  const answer = await device.ask({ request_type: 'history', args: { group_id, after: 0 } });
  return JSON.stringify(answer);
};

describe.each(engines)('moderated changes on %s', (engine) => {
  test('a reason that moderation blocks changes nothing and reaches no user, by socket and REST', async () => {
    await using scene = await startGroup(engine, noSpam());
    const { owner, service } = scene;
    const ann = { group_id, user_id: 'ann', reason: 'she sells spam' };
    for (const [request_type, user_id] of [
      ['reject_member', 'bob'],
      ['accept_member', 'bob'],
      ['kick_member', 'ann'],
      ['ban_member', 'ann'],
    ] as const) {
      expect(await owner.ask({ request_type, args: { ...ann, user_id } })).toMatchObject(blocked('reason'));
    }
    const token = await tokenOf('owner');
    for (const verb of ['kick', 'ban']) {
      const path = `/v1/groups/${group_id}/members/ann/${verb}`;
      expect(await service.rest('POST', path, { token, body: { reason: 'more spam' } })).toMatchObject({
        status: 403,
        body: { code: 'moderation_blocked', details: { field: 'reason' } },
      });
      const asOwner = { body: { reason: 'more spam', actor_id: 'owner' } };
      expect(await service.rest('POST', path, asOwner)).toMatchObject({ status: 403 });
    }
    await owner.ask({ request_type: 'ban_member', args: { group_id, user_id: 'stranger' } });
    const unban = { group_id, user_id: 'stranger', reason: 'spam again' };
    expect(await owner.ask({ request_type: 'unban_member', args: unban })).toMatchObject(blocked('reason'));
    expect(await eventsOf(owner)).not.toContain('spam');
    expect(
      await owner.ask({ request_type: 'kick_member', args: { ...ann, reason: 'she is rude' } }),
    ).toMatchObject({ success: true });
  });

  test('a note is moderated, and shown to those who may accept its user', async () => {
    await using scene = await startGroup(engine, noSpam());
    const { owner, service } = scene;
    const eve = await service.device('eve');
    const ask = (note: string) => eve.ask({ request_type: 'join_group', args: { group_id, note } });
    expect(await ask('you get spam')).toMatchObject(blocked('note'));
    expect(await ask('x'.repeat(300))).toMatchObject({ success: true, result: { status: 'pending' } });
    const path = `/v1/groups/${group_id}/members`;
    const putting = { token: await tokenOf('gus'), body: { note: 'spam' } };
    expect(await service.rest('PUT', `${path}/gus`, putting)).toMatchObject({ status: 403 });
    expect(await service.rest('PUT', `${path}/gus`, { ...putting, body: { note: 'hi' } })).toMatchObject({
      status: 200,
    });
    const page = { group_id, status: 'pending' };
    const notesFor = async (device: Device) => {
      const members = await device.must('list_members', page);
      return JSON.stringify(members).match(/"note":"(x{300}|hi)"/g)?.length ?? 0;
    };
    expect(await notesFor(owner)).toBe(2);
    expect(await notesFor(await service.device('ann'))).toBe(0);
    expect(await service.rest('GET', `${path}?status=pending`)).toMatchObject({
      body: { members: [{ user_id: 'bob' }, { user_id: 'eve', note: 'x'.repeat(300) }, { note: 'hi' }] },
    });
    expect(await eventsOf(owner)).toContain('"note":"hi"');
  });

  test('metadata is moderated with all its texts and keys, at a create and at an update', async () => {
    await using scene = await startGroup(engine, noSpam());
    const { owner, service } = scene;
    for (const metadata of [{ topic: 'spam' }, { a: [{ b: ['well', 'you spam'] }] }, { spam: true }]) {
      const update = { request_type: 'update_group', args: { group_id, metadata } };
      expect(await owner.ask(update)).toMatchObject({
        code: 'moderation_blocked',
        error: 'metadata was blocked by moderation',
        details: { field: 'metadata' },
      });
      const create = { group_id: 'room:two', group_type: 'public', metadata };
      expect(await owner.ask({ request_type: 'create_group', args: create })).toMatchObject({
        code: 'moderation_blocked',
      });
      const body = { ...create, creator_id: 'owner' };
      expect(await service.rest('POST', '/v1/groups', { body })).toMatchObject({ status: 403 });
    }
    const fine = { request_type: 'update_group', args: { group_id, metadata: { topic: 'tea', n: 1 } } };
    expect(await owner.ask(fine)).toMatchObject({ success: true });
    expect(await owner.ask({ request_type: 'get_group_info', args: { group_id: 'room:two' } })).toMatchObject(
      { code: 'group_not_found' },
    );
  });

  test('moderation is not asked for retries of a success, for what the rules refuse or the service', async () => {
    const moderation = noSpam();
    await using scene = await startGroup(engine, moderation);
    const { owner, service } = scene;
    const kick = {
      request_type: 'kick_member',
      request_id: 'kick-1',
      args: { group_id, user_id: 'ann', reason: 'rude' },
    };
    const first = await owner.ask(kick);
    expect(first).toMatchObject({ success: true });
    expect(moderation.asked).toHaveLength(1);
    moderation.fault('throw');
    expect(await owner.ask(kick)).toEqual(first);
    const bob = await service.device('bob');
    const ban = { request_type: 'ban_member', args: { group_id, user_id: 'owner', reason: 'mine now' } };
    expect(await bob.ask(ban)).toMatchObject({ code: 'not_admin' });
    expect(await owner.ask({ ...ban, args: { ...ban.args, group_id: 'none', user_id: 'x' } })).toMatchObject({
      code: 'group_not_found',
    });
    const path = `/v1/groups/${group_id}/members/mallory/ban`;
    expect(await service.rest('POST', path, { body: { reason: 'spam' } })).toMatchObject({ status: 200 });
    expect(moderation.asked).toHaveLength(1);
  });

  test.each(Object.entries(invalidVerdicts))('a moderation that %s lets no reason pass', async (_, make) => {
    await using scene = await startGroup(engine, make());
    const args = { group_id, user_id: 'ann', reason: 'rude' };
    expect(await scene.owner.ask({ request_type: 'kick_member', args })).toMatchObject({
      code: 'unavailable',
      can_retry: true,
    });
    expect(await eventsOf(scene.owner)).not.toContain('kicked');
    expect(
      await scene.owner.ask({ request_type: 'kick_member', args: { group_id, user_id: 'ann' } }),
    ).toMatchObject({ success: true });
  });
});
