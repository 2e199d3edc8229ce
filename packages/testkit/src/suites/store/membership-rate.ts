/** The token bucket of joins, leaves and creates per user. */
import { type ChangeOutcome, defaultEngineSettings, type EngineSettings } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, joinCommand, kickCommand, leaveCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
/** Three tokens, and none comes back while a test runs. */
const three: Partial<EngineSettings> = { membershipRatePerSec: 0.01, membershipRateBurst: 3 };

const found = (scene: Scene, actor: string, id: string): Promise<ChangeOutcome> =>
  scene.change(createCommand({ groupId: id, actor }));
const foundMany = (scene: Scene, actor: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => found(scene, actor, `${actor}-${n}`)));
const verdicts = (outcomes: readonly ChangeOutcome[]) => outcomes.map(verdict);

const waitOf = (outcome: ChangeOutcome | undefined): number | undefined =>
  outcome?.type === 'refused' ? outcome.failure.retryAfterMs : undefined;

export function membershipRate(makeEngine: MakeEngine): void {
  const withThree = async () => new Scene(await makeEngine(three), groupId);

  describe('the membership rate', () => {
    test('is a burst of 10 and one per second by default', async () => {
      const { membershipRatePerSec, membershipRateBurst } = defaultEngineSettings;
      const harness = await makeEngine({ membershipRatePerSec, membershipRateBurst });
      await using scene = new Scene(harness, groupId);
      const outcomes = await foundMany(scene, 'owner', 12);
      const refused = outcomes.filter(({ type }) => type === 'refused');
      expect(verdicts(outcomes).slice(0, 10)).toEqual(Array(10).fill('done'));
      expect(verdicts(refused)).toContain('rate_limited');
      for (const refusal of refused) {
        expect(waitOf(refusal)).toBeGreaterThanOrEqual(1);
        expect(waitOf(refusal)).toBeLessThanOrEqual(1000);
      }
      await scene.advance(waitOf(refused.at(-1)) ?? 0);
      expect(verdict(await found(scene, 'owner', 'later'))).toBe('done');
    });

    test('counts joins, leaves and creates together', async () => {
      await using scene = await withThree();
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      await scene.do(joinCommand({ groupId, userId: 'guest' }));
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      expect(verdict(await found(scene, 'guest', 'two'))).toBe('done');
      expect(verdict(await scene.join('guest'))).toBe('rate_limited');
      expect(verdict(await found(scene, 'guest', 'three'))).toBe('rate_limited');
      const leaving = leaveCommand({ groupId: 'two', userId: 'guest' });
      expect(verdict(await scene.change(leaving))).toBe('rate_limited');
    });

    test('refuses before anything is written', async () => {
      await using scene = await withThree();
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      await foundMany(scene, 'guest', 3);
      const before = await scene.everything();
      expect(await scene.join('guest')).toEqual({
        type: 'refused',
        failure: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
      });
      expect(await scene.everything()).toEqual(before);
    });

    test('creates no group on a join that may create', async () => {
      await using scene = await withThree();
      await foundMany(scene, 'guest', 3);
      const creating = joinCommand({ groupId, userId: 'guest', createsPublic: true });
      expect(verdict(await scene.change(creating))).toBe('rate_limited');
      expect(await scene.head()).toBeNull();
    });

    test('charges a refused attempt', async () => {
      await using scene = await withThree();
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      const outcomes = await Promise.all([1, 2, 3].map(() => scene.join('owner')));
      expect(verdicts(outcomes)).toEqual(['already_member', 'already_member', 'rate_limited']);
    });

    test('answers a retry of a success when the bucket is empty', async () => {
      await using scene = await withThree();
      const command = createCommand({ groupId, actor: 'owner' });
      const first = await scene.do(command);
      await foundMany(scene, 'owner', 5);
      expect(verdict(await found(scene, 'owner', 'another'))).toBe('rate_limited');
      expect(await scene.change(command)).toEqual({ ...first, isDuplicate: true });
    });

    test('is another one for another user', async () => {
      await using scene = await withThree();
      await foundMany(scene, 'owner', 5);
      expect(verdicts(await foundMany(scene, 'guest', 3))).toEqual(Array(3).fill('done'));
    });

    test('does not touch what the service does', async () => {
      await using scene = await begin(makeEngine, { engineSettings: three, users: { guest: 'active' } });
      await foundMany(scene, 'guest', 5);
      const onGuest = { groupId, actor: SERVICE, userId: 'guest' };
      for (let round = 0; round < 5; round += 1) {
        await scene.do(leaveCommand(onGuest));
        await scene.do(joinCommand({ ...onGuest, admit: round % 2 === 0 }));
      }
      expect((await scene.member('guest'))?.status).toBe('active');
    });

    test('does not bound what others do to the user, or the user to others', async () => {
      await using scene = await begin(makeEngine, { engineSettings: three, users: { guest: 'active' } });
      await foundMany(scene, 'guest', 5);
      await foundMany(scene, 'owner', 5);
      expect(verdict(await scene.send('guest'))).toBe('done');
      const kicked = await scene.change(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(verdict(kicked)).toBe('done');
    });
  });
}
