/** Tests the notification levels of members on every engine. */
import type { NotificationSetting } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { acceptCommand, banCommand, createCommand, deleteCommand, kickCommand } from '../commands.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { begin, expectAppended, type Scene } from '../scene/scene.ts';

const groupId = groupIdSchema.parse('room:one');
const user = (name: string) => userIdSchema.parse(name);

const set = (
  scene: Scene,
  name: string,
  level: NotificationSetting['level'],
  untilMs: number | null = null,
) => scene.engine.notificationLevels.set(groupId, user(name), { level, untilMs });
const ownOf = async (scene: Scene, name: string) =>
  (await scene.engine.readMarks.of(groupId, user(name)))?.notifications;
const amongAll = async (scene: Scene, ...names: string[]) =>
  Object.fromEntries(await scene.engine.notificationLevels.among(groupId, names.map(user)));
const nowOf = async (scene: Scene) => expectAppended(await scene.send('owner')).timestampMs;

/** What every `NotificationLevels` does, and the marks of others. */
export function notificationLevelsSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: notification levels`, () => {
    test('a level is that of one member, until it sets another one', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active', silent: 'active' } });
      expect(await ownOf(scene, 'guest')).toBeNull();
      expect((await scene.group()).hasLevels).toBe(false);
      expect(await amongAll(scene)).toEqual({});
      const none = { level: 'none', untilMs: null } as const;
      expect(await set(scene, 'guest', 'none')).toEqual({ type: 'set', setting: none });
      expect(await set(scene, 'silent', 'mentions')).toMatchObject({ setting: { level: 'mentions' } });
      expect((await scene.group()).hasLevels).toBe(true);
      expect(await ownOf(scene, 'guest')).toEqual(none);
      const names = ['owner', 'guest', 'stranger', 'silent'];
      expect(await amongAll(scene, ...names)).toEqual({ guest: 'none', silent: 'mentions' });
      expect(await set(scene, 'guest', 'all')).toMatchObject({ setting: { level: 'all', untilMs: null } });
      expect(await ownOf(scene, 'guest')).toBeNull();
      expect(await amongAll(scene, ...names)).toEqual({ silent: 'mentions' });
    });

    test('a level ends at its time, and one that has ended already is all', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const untilMs = (await nowOf(scene)) + 2000;
      const setting = { level: 'none', untilMs } as const;
      expect(await set(scene, 'guest', 'none', untilMs)).toEqual({ type: 'set', setting });
      expect(await ownOf(scene, 'guest')).toEqual(setting);
      expect(await amongAll(scene, 'guest')).toEqual({ guest: 'none' });
      await scene.advance(2100);
      await nowOf(scene);
      expect(await ownOf(scene, 'guest')).toBeNull();
      expect(await amongAll(scene, 'guest')).toEqual({});
      await set(scene, 'guest', 'mentions');
      expect(await set(scene, 'guest', 'none', untilMs)).toMatchObject({ setting: { level: 'all' } });
      expect(await ownOf(scene, 'guest')).toBeNull();
    });

    test('who may not read is refused, and a level ends with the membership', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'private',
        users: { guest: 'active', waiting: 'pending' },
      });
      expect(await set(scene, 'waiting', 'none')).toMatchObject({ failure: { code: 'pending_membership' } });
      expect(await set(scene, 'stranger', 'none')).toMatchObject({ failure: { code: 'not_a_member' } });
      await set(scene, 'guest', 'none');
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(await amongAll(scene, 'guest')).toEqual({});
      await scene.join('guest');
      await scene.do(acceptCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(await ownOf(scene, 'guest')).toBeNull();
      await set(scene, 'guest', 'none');
      await scene.do(banCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(await set(scene, 'guest', 'none')).toMatchObject({ failure: { code: 'banned' } });
      expect(await amongAll(scene, 'guest')).toEqual({});
      await set(scene, 'owner', 'none');
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await set(scene, 'owner', 'none')).toMatchObject({ failure: { code: 'group_not_found' } });
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      expect(await ownOf(scene, 'owner')).toBeNull();
      expect((await scene.group()).hasLevels).toBe(false);
    });

    test('a level and a read mark of one user do not disturb each other', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const { seq } = expectAppended(await scene.send('owner'));
      await set(scene, 'guest', 'mentions');
      await scene.engine.readMarks.mark(groupId, user('guest'), { seq, epoch: null });
      await set(scene, 'guest', 'none');
      const names = ['guest', 'owner', 'stranger'].map(user);
      const marks = await scene.engine.readMarks.among(groupId, names);
      expect(Object.fromEntries(marks)).toEqual({ guest: seq, owner: seq });
      expect(await scene.engine.readMarks.among(groupId, [])).toEqual(new Map());
      expect(await scene.engine.readMarks.of(groupId, user('guest'))).toMatchObject({
        readSeq: seq,
        notifications: { level: 'none' },
      });
    });
  });
}
