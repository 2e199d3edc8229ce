/** The token bucket per sender and group. */
import type { Appended, AppendOutcome } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import { createCommand, messageDraft } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene } from '../../scene/scene.ts';

const burst = 20;
const msPerToken = 100;

const sendMany = (scene: Scene, sender: string, count: number, groupId: string = scene.groupId) =>
  Promise.all(
    Array.from({ length: count }, () => scene.engine.log.append(messageDraft({ groupId, sender }))),
  );
const appendedOf = (outcomes: readonly AppendOutcome[]): Appended[] =>
  outcomes.filter((outcome) => outcome.type === 'appended');

/** Tokens that the bucket got while the messages were stored: none on a manual clock. */
const refilled = (appended: readonly Appended[]): number => {
  const times = appended.map(({ timestampMs }) => timestampMs);
  return Math.ceil((Math.max(...times) - Math.min(...times)) / msPerToken);
};

export function rateLimiting(makeEngine: MakeEngine): void {
  describe('the rate limit', () => {
    test(`lets a burst of ${burst} through and refuses the rest`, async () => {
      await using scene = await begin(makeEngine);
      const outcomes = await sendMany(scene, 'owner', 40);
      const appended = appendedOf(outcomes);
      expect(appended.length).toBeGreaterThanOrEqual(burst);
      expect(appended.length).toBeLessThanOrEqual(burst + refilled(appended));
      for (const outcome of outcomes) {
        if (outcome.type === 'refused') expect(outcome.failure.code).toBe('rate_limited');
      }
    });

    test('says when to come back, and then one message passes', async () => {
      await using scene = await begin(makeEngine);
      const refusal = (await sendMany(scene, 'owner', 40)).find(({ type }) => type === 'refused');
      const waitMs = refusal?.type === 'refused' ? (refusal.failure.retryAfterMs ?? 0) : 0;
      expect(waitMs).toBeGreaterThanOrEqual(1);
      expect(waitMs).toBeLessThanOrEqual(msPerToken);
      await scene.advance(msPerToken);
      expect(await scene.send('owner')).toMatchObject({ type: 'appended' });
    });

    test('gives back one message per 100 ms', async () => {
      await using scene = await begin(makeEngine);
      const first = appendedOf(await sendMany(scene, 'owner', 40));
      await scene.advance(5 * msPerToken);
      const second = appendedOf(await sendMany(scene, 'owner', 40));
      expect(second.length).toBeGreaterThanOrEqual(5);
      expect(first.length + second.length).toBeLessThanOrEqual(burst + refilled([...first, ...second]));
    });

    test('is another one for another user', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await sendMany(scene, 'owner', 40);
      expect(appendedOf(await sendMany(scene, 'guest', burst))).toHaveLength(burst);
    });

    test('is another one in another group', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(createCommand({ groupId: 'room:two', actor: 'owner' }));
      await sendMany(scene, 'owner', 40);
      expect(appendedOf(await sendMany(scene, 'owner', burst, 'room:two'))).toHaveLength(burst);
    });

    test('takes nothing for a retry', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({ groupId: scene.groupId, sender: 'owner' });
      await scene.engine.log.append(draft);
      await Promise.all(Array.from({ length: 40 }, () => scene.engine.log.append(draft)));
      expect(appendedOf(await sendMany(scene, 'owner', burst - 1))).toHaveLength(burst - 1);
    });

    test('comes after the rules: a refused sender gets their code, and pays no token', async () => {
      await using scene = await begin(makeEngine);
      const outcomes = await sendMany(scene, 'stranger', 40);
      for (const outcome of outcomes) {
        expect(outcome).toEqual({ type: 'refused', failure: { code: 'not_a_member' } });
      }
      await scene.join('stranger');
      expect(appendedOf(await sendMany(scene, 'stranger', burst))).toHaveLength(burst);
    });
  });
}
