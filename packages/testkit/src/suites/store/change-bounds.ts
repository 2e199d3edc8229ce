/** Tests the limits of changes: a rate per user and group, the room queue, and the number of bans. */
import { type ChangeOutcome, defaultEngineSettings, type EngineSettings } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  banCommand,
  createCommand,
  deleteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  muteCommand,
  unbanCommand,
  unmuteCommand,
  updateCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginOutbox } from '../../scene/outbox-scene.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
/** Three tokens per user and group, and none comes back while a test runs. */
const three: Partial<EngineSettings> = { changeRatePerSec: 0.01, changeRateBurst: 3 };

const ban = (scene: Scene, userId: string, given: { forMs?: number; actor?: string } = {}) =>
  scene.change(banCommand({ groupId, actor: 'owner', userId, ...given }));
const banMany = async (scene: Scene, count: number, given: { forMs?: number } = {}) => {
  const outcomes: ChangeOutcome[] = [];
  for (let n = 0; n < count; n += 1) outcomes.push(await ban(scene, `made-up-${n}`, given));
  return outcomes.map(verdict);
};

export function changeBounds(makeEngine: MakeEngine): void {
  describe('the rate of changes', () => {
    test('is a burst of 20 and ten per second by default', async () => {
      const { changeRatePerSec, changeRateBurst } = defaultEngineSettings;
      await using scene = await begin(makeEngine, { engineSettings: { changeRatePerSec, changeRateBurst } });
      const outcomes = await Promise.all(Array.from({ length: 40 }, (_, n) => ban(scene, `made-up-${n}`)));
      const refused = outcomes.filter(({ type }) => type === 'refused');
      expect(refused.length).toBeGreaterThanOrEqual(15);
      for (const outcome of refused) {
        expect(outcome).toMatchObject({ failure: { code: 'rate_limited' } });
        if (outcome.type === 'refused') {
          expect(outcome.failure.retryAfterMs).toBeGreaterThanOrEqual(1);
          expect(outcome.failure.retryAfterMs).toBeLessThanOrEqual(100);
        }
      }
      await scene.advance(100);
      expect(verdict(await ban(scene, 'later'))).toBe('done');
    });

    test('counts every kind of change of a user in a group together, its creation too', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
        // One token went to the acceptance of the guest.
        engineSettings: { ...three, changeRateBurst: 4 },
      });
      const onGuest = { groupId, actor: 'owner', userId: 'guest' };
      await scene.do(muteCommand(onGuest));
      await scene.do(unmuteCommand(onGuest));
      expect(verdict(await scene.change(muteCommand(onGuest)))).toBe('rate_limited');
      expect(verdict(await scene.change(updateCommand({ groupId, actor: 'owner', metadata: '{}' })))).toBe(
        'rate_limited',
      );
      expect(verdict(await scene.change(leaveCommand({ groupId, userId: 'owner' })))).toBe('rate_limited');
    });

    test('is asked after the rules and writes nothing when it refuses', async () => {
      await using scene = await begin(makeEngine, { engineSettings: three });
      await banMany(scene, 2);
      const before = await scene.everything();
      expect(verdict(await ban(scene, 'one-more'))).toBe('rate_limited');
      expect(verdict(await scene.change(kickCommand({ groupId, actor: 'owner', userId: 'ghost' })))).toBe(
        'user_not_in_group',
      );
      expect(await scene.everything()).toEqual(before);
    });

    test('is not charged for what the rules refuse; an empty bucket answers a retry of a success', async () => {
      await using scene = await begin(makeEngine, { engineSettings: three });
      for (let n = 0; n < 5; n += 1) {
        await scene.change(unbanCommand({ groupId, actor: 'owner', userId: 'ghost' }));
      }
      const command = banCommand({ groupId, actor: 'owner', userId: 'abuser' });
      const first = await scene.do(command);
      expect(await banMany(scene, 2)).toEqual(['done', 'rate_limited']);
      for (let n = 0; n < 3; n += 1) {
        expect(await scene.change(command)).toEqual({ ...first, isDuplicate: true });
      }
    });

    test('is another one for another user, another group and messages, and none for the service', async () => {
      await using scene = await begin(makeEngine, {
        users: { second: 'admin' },
        engineSettings: three,
      });
      expect(await banMany(scene, 2)).toEqual(['done', 'rate_limited']);
      expect(verdict(await ban(scene, 'abuser', { actor: 'second' }))).toBe('done');
      expect(verdict(await scene.send('owner'))).toBe('done');
      expect(verdict(await scene.change(createCommand({ groupId: 'room:two', actor: 'owner' })))).toBe(
        'done',
      );
      for (let n = 0; n < 5; n += 1) {
        expect(verdict(await ban(scene, `by-service-${n}`, { actor: SERVICE }))).toBe('done');
      }
    });
  });

  describe('the number of bans', () => {
    const two: Partial<EngineSettings> = { bansPerGroupMax: 2 };

    test('is bounded per group: one more is refused, a second ban of the same user is not', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      expect(await banMany(scene, 2)).toEqual(['done', 'done']);
      expect(await ban(scene, 'abuser')).toMatchObject({
        type: 'refused',
        failure: { code: 'limit_reached', details: { field: 'user_id', limit: 2 } },
      });
      expect(verdict(await ban(scene, 'made-up-0', { forMs: 60_000 }))).toBe('done');
      await scene.do(unbanCommand({ groupId, actor: 'owner', userId: 'made-up-1' }));
      expect(verdict(await ban(scene, 'abuser'))).toBe('done');
    });

    test('does not count bans that have ended', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      expect(await banMany(scene, 2, { forMs: 50 })).toEqual(['done', 'done']);
      await scene.advance(60);
      expect(verdict(await ban(scene, 'abuser'))).toBe('done');
    });

    test('does not count a ban whose user has joined again', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      await banMany(scene, 1);
      await ban(scene, 'guest', { forMs: 50 });
      await scene.advance(60);
      expect(verdict(await scene.join('guest'))).toBe('done');
      expect(verdict(await ban(scene, 'abuser'))).toBe('done');
      expect((await scene.member('guest'))?.status).toBe('active');
    });

    test('has no limit where the setting is 0', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { bansPerGroupMax: 0 } });
      expect(await banMany(scene, 5)).toEqual(Array(5).fill('done'));
    });
  });

  describe('the number of groups that a user has created', () => {
    const two: Partial<EngineSettings> = { groupsPerUserMax: 2 };
    const create = (scene: Scene, id: string, actor = 'ann') =>
      scene.change(createCommand({ groupId: id, actor }));

    test('is bounded, of each user by itself, and a deleted group gives its place back', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      const first = createCommand({ groupId: 'a', actor: 'ann' });
      await scene.do(first);
      expect(verdict(await create(scene, 'b'))).toBe('done');
      expect(await create(scene, 'c')).toMatchObject({
        type: 'refused',
        failure: { code: 'limit_reached', details: { field: 'group_id', limit: 2 } },
      });
      expect(await scene.change(first)).toMatchObject({ type: 'done', isDuplicate: true });
      expect(verdict(await create(scene, 'c', 'bob'))).toBe('done');
      await scene.do(deleteCommand({ groupId: 'a', actor: 'ann' }));
      expect(verdict(await create(scene, 'd'))).toBe('done');
      expect(verdict(await create(scene, 'e'))).toBe('limit_reached');
    });

    test('is bounded though the groups are created all at once', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      const outcomes = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => create(scene, id)));
      expect(outcomes.map(verdict).sort()).toEqual(['done', 'done', ...Array(4).fill('limit_reached')]);
    });

    test('does not count a creation that was refused', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      for (let n = 0; n < 3; n += 1) expect(verdict(await create(scene, groupId))).toBe('already_exists');
      expect([verdict(await create(scene, 'a')), verdict(await create(scene, 'a'))]).toEqual([
        'done',
        'already_exists',
      ]);
      expect([verdict(await create(scene, 'b')), verdict(await create(scene, 'c'))]).toEqual([
        'done',
        'limit_reached',
      ]);
    });

    test('does not count a group that another user has created again', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      for (const id of ['a', 'b']) await create(scene, id);
      await scene.do(deleteCommand({ groupId: 'a', actor: 'ann' }));
      await create(scene, 'a', 'bob');
      expect(verdict(await create(scene, 'c'))).toBe('done');
    });

    test('counts groups that a join creates, and leaves other joins alone', async () => {
      await using scene = await begin(makeEngine, { engineSettings: two });
      const join = (id: string) =>
        scene.change(joinCommand({ groupId: id, userId: 'ann', createsPublic: true }));
      expect([verdict(await join('a')), verdict(await join('b'))]).toEqual(['done', 'done']);
      expect(verdict(await join('c'))).toBe('limit_reached');
      expect(verdict(await join(groupId))).toBe('done');
    });

    test('is no answer of a deleted group: a retry of the join that created it is a new join', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { groupsPerUserMax: 1 } });
      const creating = joinCommand({ groupId: 'a', userId: 'ann', createsPublic: true });
      const first = await scene.do(creating);
      expect(await scene.change(creating)).toEqual({ ...first, isDuplicate: true });
      await scene.do(deleteCommand({ groupId: 'a', actor: 'ann' }));
      expect(verdict(await create(scene, 'b'))).toBe('done');
      expect(verdict(await scene.change(creating))).toBe('limit_reached');
    });

    test('does not hide that a deleted group is not created again by a join', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { groupsPerUserMax: 1 } });
      await scene.do(createCommand({ groupId: 'a', actor: 'ann', groupType: 'private' }));
      await scene.do(deleteCommand({ groupId: 'a', actor: 'ann' }));
      expect(verdict(await create(scene, 'b'))).toBe('done');
      const joining = joinCommand({ groupId: 'a', userId: 'ann', createsPublic: true });
      expect(verdict(await scene.change(joining))).toBe('group_not_found');
    });
  });

  describe('the number of open requests of a user', () => {
    test('is bounded: an answered request gives its place back, public groups do not count', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { requestsPerUserMax: 2 } });
      for (const id of ['a', 'b', 'c']) {
        await scene.do(createCommand({ groupId: id, actor: 'owner', groupType: 'private' }));
      }
      const ask = (id: string) => scene.change(joinCommand({ groupId: id, userId: 'ann' }));
      expect([verdict(await ask('a')), verdict(await ask('b'))]).toEqual(['done', 'done']);
      expect(await ask('c')).toMatchObject({
        failure: { code: 'limit_reached', details: { field: 'group_id', limit: 2 } },
      });
      expect(verdict(await scene.join('ann'))).toBe('done');
      await scene.do(acceptCommand({ groupId: 'a', actor: 'owner', userId: 'ann' }));
      expect(verdict(await ask('c'))).toBe('done');
    });

    test('is bounded though all are asked at once, and a join of a public group keeps no place', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { requestsPerUserMax: 2 } });
      const ids = ['a', 'b', 'c', 'd', 'e'];
      for (const id of ids) {
        await scene.do(createCommand({ groupId: id, actor: 'owner', groupType: 'private' }));
      }
      expect(verdict(await scene.join('ann'))).toBe('done');
      const asks = ids.map((id) => scene.change(joinCommand({ groupId: id, userId: 'ann' })));
      const verdicts = (await Promise.all(asks)).map(verdict).sort();
      expect(verdicts).toEqual(['done', 'done', ...Array(3).fill('limit_reached')]);
    });
  });

  describe('a refusal of a banned user', () => {
    test('says until when it is banned: to a join, a message and a mark', async () => {
      await using scene = await begin(makeEngine);
      const { bannedUntilMs } = await scene.do(
        banCommand({ groupId, actor: 'owner', userId: 'guest', forMs: 60_000 }),
      );
      const failure = {
        code: 'banned',
        details: { banned_until: new Date(bannedUntilMs ?? 0).toISOString() },
      };
      expect(await scene.join('guest')).toEqual({ type: 'refused', failure });
      expect(await scene.send('guest')).toEqual({ type: 'refused', failure });
    });
  });

  describe('the room queue', () => {
    test('counts group events: with the archive away changes are refused as messages are', async () => {
      await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 3 });
      const { scene } = outbox;
      const update = () => scene.change(updateCommand({ groupId, actor: 'owner', metadata: '{"a":1}' }));
      expect([verdict(await update()), verdict(await update())]).toEqual(['done', 'done']);
      expect(await update()).toEqual({
        type: 'refused',
        failure: { code: 'room_overloaded', retryAfterMs: 1000 },
      });
      expect(verdict(await scene.join('guest'))).toBe('room_overloaded');
      expect(verdict(await scene.send('owner'))).toBe('room_overloaded');
      await outbox.pass();
      expect(verdict(await update())).toBe('done');
    });

    test('leaves room for bans up to twice the limit, and a member can always leave or be kicked', async () => {
      await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 3 });
      const { scene } = outbox;
      for (const name of ['guest', 'abuser']) await scene.join(name);
      expect(await banMany(scene, 4)).toEqual(['done', 'done', 'done', 'room_overloaded']);
      expect(verdict(await scene.change(leaveCommand({ groupId, userId: 'guest' })))).toBe('done');
      const kick = kickCommand({ groupId, actor: 'owner', userId: 'abuser' });
      expect(verdict(await scene.change(kick))).toBe('done');
      expect(verdict(await scene.join('abuser'))).toBe('room_overloaded');
    });
  });
}
