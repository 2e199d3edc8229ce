/** Tests presence, typing and absence on every engine. */

import { type EphemeralPush, type Nudge, nudgeUninvited, partitionOf } from '@plenum/core';
import { type GroupId, groupIdSchema, SERVICE, type UserId, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  deleteCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  muteCommand,
} from '../commands.ts';
import { eventually } from '../eventually.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { feedListener } from '../scene/feed-listener.ts';
import { begin, type Scene, type SceneOptions } from '../scene/scene.ts';

const groupId: GroupId = groupIdSchema.parse('room:one');
const partition = partitionOf(groupId);
const user = (name: string): UserId => userIdSchema.parse(name);
/** Short, but long enough for a user to come back within it, also on a real clock. */
const absenceMs = 2000;

/** What one node reports about its devices. */
const says = (scene: Scene, nodeId: string, said: { came?: readonly string[]; went?: readonly string[] }) =>
  scene.engine.presence.change({
    groupId,
    nodeId,
    came: (said.came ?? []).map(user),
    went: (said.went ?? []).map(user),
  });

async function listening(makeEngine: MakeEngine, options: SceneOptions = {}) {
  const scene = await begin(makeEngine, { users: { guest: 'active' }, ...options });
  const heard: EphemeralPush[] = [];
  scene.engine.feeds.listen(feedListener({ onEphemeral: (_, push) => heard.push(push) }));
  await scene.engine.feeds.open(groupId);
  return { scene, heard };
}

const turned = (name: string, online: boolean, count: number) => ({
  event: 'presence_changed',
  payload: { group_id: groupId, user_id: name, online, count },
});

function counting(makeEngine: MakeEngine): void {
  test('a user counts once, with devices on any number of nodes', async () => {
    const { scene, heard } = await listening(makeEngine);
    await using _ = scene;
    await says(scene, 'node-a', { came: ['guest', 'owner'] });
    await says(scene, 'node-b', { came: ['guest'] });
    const { users, count } = await scene.engine.presence.online(groupId, 10);
    expect([count, users.toSorted()]).toEqual([2, ['guest', 'owner']]);
    await says(scene, 'node-a', { went: ['guest'] });
    expect((await scene.engine.presence.online(groupId, 10)).count).toBe(2);
    await says(scene, 'node-b', { went: ['guest'] });
    expect((await scene.engine.presence.online(groupId, 10)).users).toEqual(['owner']);
    await eventually(() =>
      expect(heard).toEqual([turned('guest', true, 2), turned('owner', true, 2), turned('guest', false, 1)]),
    );
  });

  test('what a node says twice happens once', async () => {
    const { scene, heard } = await listening(makeEngine);
    await using _ = scene;
    for (let i = 0; i < 3; i += 1) await says(scene, 'node-a', { came: ['guest'] });
    for (let i = 0; i < 3; i += 1) await says(scene, 'node-a', { went: ['guest'] });
    await says(scene, 'node-a', { came: ['owner'] });
    await eventually(() => expect(heard).toHaveLength(3));
    expect(heard).toEqual([turned('guest', true, 1), turned('guest', false, 0), turned('owner', true, 1)]);
  });

  test('no more users are listed than were asked for, and all are counted', async () => {
    await using scene = await begin(makeEngine, { users: { guest: 'active', actor: 'active' } });
    await says(scene, 'node-a', { came: ['guest', 'owner', 'actor'] });
    const { users, count } = await scene.engine.presence.online(groupId, 2);
    expect([users.length, count]).toEqual([2, 3]);
  });

  test('a user who is no receiver is not online, whatever a node reports', async () => {
    await using scene = await begin(makeEngine, {
      groupType: 'strict_private',
      users: { guest: 'pending', actor: 'muted' },
    });
    await says(scene, 'node-a', { came: ['guest', 'stranger', 'actor'] });
    expect((await scene.engine.presence.online(groupId, 10)).users).toEqual(['actor']);
    const among = await scene.engine.presence.onlineAmong(groupId, ['guest', 'actor', 'owner'].map(user));
    expect([...among]).toEqual(['actor']);
  });
}

function ending(makeEngine: MakeEngine): void {
  test.each([
    ['a kick', (scene: Scene) => scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }))],
    ['a leave', (scene: Scene) => scene.do(leaveCommand({ groupId, userId: 'guest' }))],
  ])('%s ends presence with the membership, in one push', async (_name, end) => {
    const { scene, heard } = await listening(makeEngine);
    await using _ = scene;
    await says(scene, 'node-a', { came: ['guest', 'owner'] });
    await end(scene);
    expect((await scene.engine.presence.online(groupId, 10)).users).toEqual(['owner']);
    await says(scene, 'node-a', { came: ['guest'] });
    await says(scene, 'node-a', { went: ['guest'] });
    expect((await scene.engine.presence.online(groupId, 10)).users).toEqual(['owner']);
    await scene.engine.presence.typing(groupId, user('owner'));
    await eventually(() => expect(heard.at(-1)?.event).toBe('typing'));
    expect(heard.slice(2, -1)).toEqual([turned('guest', false, 1)]);
  });

  test('with its end no user is online in a group, and a new one of the same id begins empty', async () => {
    await using scene = await begin(makeEngine);
    await says(scene, 'node-a', { came: ['owner'] });
    await scene.do(deleteCommand({ groupId, actor: 'owner' }));
    expect(await scene.engine.presence.online(groupId, 10)).toEqual({ users: [], count: 0 });
    await says(scene, 'node-a', { came: ['owner'] });
    expect(await scene.engine.presence.online(groupId, 10)).toEqual({ users: [], count: 0 });
  });
}

function holding(makeEngine: MakeEngine): void {
  test('the presence on a node can be counted, listed and removed by another node', async () => {
    await using scene = await begin(makeEngine, { users: { guest: 'active' } });
    const { presence } = scene.engine;
    await says(scene, 'node-a', { came: ['guest', 'owner'] });
    await says(scene, 'node-b', { came: ['guest'] });
    expect(await presence.countHosted('node-a', [partition])).toEqual(new Map([[partition, 2]]));
    expect((await presence.hostingNodes(partition)).toSorted()).toEqual(['node-a', 'node-b']);
    const held = await presence.hosted('node-a', partition);
    expect(held.map(({ userId }) => userId).toSorted()).toEqual(['guest', 'owner']);
    await says(scene, 'node-a', { went: held.map(({ userId }) => userId) });
    expect(await presence.hostingNodes(partition)).toEqual(['node-b']);
    expect((await presence.online(groupId, 10)).users).toEqual(['guest']);
  });
}

function typing(makeEngine: MakeEngine): void {
  test('a member who may send may type; others are refused as their message would be', async () => {
    const { scene, heard } = await listening(makeEngine, {
      groupType: 'strict_private',
      users: { guest: 'active', actor: 'pending', target: 'muted' },
    });
    await using _ = scene;
    const { presence } = scene.engine;
    expect(await presence.typing(groupId, user('guest'))).toBeNull();
    expect(await presence.typing(groupId, user('stranger'))).toMatchObject({
      failure: { code: 'not_a_member' },
    });
    expect(await presence.typing(groupId, user('actor'))).toMatchObject({
      failure: { code: 'pending_membership' },
    });
    expect(await presence.typing(groupId, user('target'))).toMatchObject({ failure: { code: 'muted' } });
    const nowhere = groupIdSchema.parse('nowhere');
    expect(await presence.typing(nowhere, user('guest'))).toMatchObject({
      failure: { code: 'group_not_found' },
    });
    await eventually(() =>
      expect(heard).toEqual([{ event: 'typing', payload: { group_id: groupId, user_id: 'guest' } }]),
    );
  });

  test('typing leaves no trace in the log', async () => {
    await using scene = await begin(makeEngine);
    const before = await scene.everything();
    await scene.engine.presence.typing(groupId, user('owner'));
    expect(await scene.everything()).toEqual(before);
  });
}

/** On a real clock they wait for the absence to pass: side by side, each on an engine of its own. */
function absence(makeEngine: MakeEngine): void {
  const beginEphemeral = (options: SceneOptions = {}) =>
    begin(makeEngine, {
      ephemeral: true,
      users: { guest: 'active' },
      engineSettings: { absenceMs },
      ...options,
    });
  const leftEntries = async (scene: Scene) =>
    (await scene.events()).filter(({ type }) => type === 'left').map(({ user_id }) => user_id);
  const passAbsence = async (scene: Scene) => {
    await scene.advance(absenceMs + 100);
    return scene.engine.presence.endAbsences(partition);
  };

  test.concurrent('in an ephemeral group membership ends some time after the last connection, with one entry', async () => {
    await using scene = await beginEphemeral();
    await says(scene, 'node-a', { came: ['guest', 'owner'] });
    await says(scene, 'node-a', { went: ['guest'] });
    await scene.engine.presence.endAbsences(partition);
    expect(await scene.member('guest')).not.toBeNull();
    await passAbsence(scene);
    await scene.engine.presence.endAbsences(partition);
    expect(await scene.member('guest')).toBeNull();
    expect((await scene.events()).at(-1)).toMatchObject({
      type: 'left',
      user_id: 'guest',
      actor_id: SERVICE,
      reason: 'absence',
    });
    expect(await leftEntries(scene)).toEqual(['guest']);
  });

  test.concurrent('a user who is back in time stays', async () => {
    await using scene = await beginEphemeral();
    await says(scene, 'node-a', { came: ['guest'] });
    await says(scene, 'node-a', { went: ['guest'] });
    await says(scene, 'node-b', { came: ['guest'] });
    await passAbsence(scene);
    expect(await leftEntries(scene)).toEqual([]);
  });

  test.concurrent('a user who was never there stays', async () => {
    await using scene = await beginEphemeral();
    await says(scene, 'node-a', { went: ['guest'] });
    await passAbsence(scene);
    expect(await leftEntries(scene)).toEqual([]);
  });

  test.concurrent('an absence of before a leave ends no membership that began after it', async () => {
    await using scene = await beginEphemeral();
    await says(scene, 'node-a', { came: ['guest'] });
    await says(scene, 'node-a', { went: ['guest'] });
    await scene.advance(50);
    await scene.do(leaveCommand({ groupId, userId: 'guest' }));
    await scene.do(joinCommand({ groupId, userId: 'guest' }));
    await passAbsence(scene);
    expect(await scene.member('guest')).not.toBeNull();
    expect(await leftEntries(scene)).toEqual(['guest']);
  });

  test.concurrent('in other groups no member leaves by absence', async () => {
    await using scene = await beginEphemeral({ ephemeral: false });
    await says(scene, 'node-a', { came: ['guest'] });
    await says(scene, 'node-a', { went: ['guest'] });
    await passAbsence(scene);
    expect(await leftEntries(scene)).toEqual([]);
  });

  test.concurrent('the last admin who is absent is followed by the longest-standing member', async () => {
    await using scene = await beginEphemeral();
    await says(scene, 'node-a', { came: ['guest', 'owner'] });
    await says(scene, 'node-a', { went: ['owner'] });
    await passAbsence(scene);
    expect(await scene.member('guest')).toMatchObject({ roles: ['admin'] });
  });

  test.concurrent('a private group that ends with its last member reaches those whom it has invited', async () => {
    await using scene = await beginEphemeral({ groupType: 'private', users: {} });
    const { nudges } = scene.engine;
    const heard: Nudge[] = [];
    nudges.listen((nudge) => heard.push(nudge));
    await nudges.watch(user('ann'));
    await scene.do(inviteCommand({ groupId, actor: 'owner', userId: 'ann' }));
    await says(scene, 'node-a', { came: ['owner'] });
    await says(scene, 'node-a', { went: ['owner'] });
    const { log } = scene.engine;
    const seq = ((await log.heads([groupId])).get(groupId)?.seq ?? 0) + 2;
    for (const ended of await passAbsence(scene)) {
      expect(ended).toMatchObject({ groupId, seq, uninvited: ['ann'] });
      nudgeUninvited({ nudges }, ended, ended);
    }
    expect(await scene.engine.groups.group(groupId)).toBeNull();
    const membership = { status: 'none', type: 'deleted', group_id: groupId };
    await eventually(() => expect(heard).toMatchObject([{ userId: 'ann', seq, membership }]));
  });

  test.concurrent('a muted member leaves by absence as any other', async () => {
    await using scene = await beginEphemeral({ groupType: 'strict_private' });
    await says(scene, 'node-a', { came: ['guest', 'owner'] });
    await scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest' }));
    await says(scene, 'node-a', { went: ['guest'] });
    await passAbsence(scene);
    expect(await leftEntries(scene)).toEqual(['guest']);
  });
}

/** What every `Presence` does. */
export function presenceSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: presence`, () => {
    counting(makeEngine);
    ending(makeEngine);
    holding(makeEngine);
    typing(makeEngine);
    absence(makeEngine);
  });
}
