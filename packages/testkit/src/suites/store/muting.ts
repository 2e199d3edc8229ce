/** Mutes, timed and untimed, and who may do it to whom. */
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { muteCommand, unmuteCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const forMs = 1000;
/** After this time the mute has ended, on a busy machine too. */
const untilAfterMs = 1100;

const withGuest = (makeEngine: MakeEngine) =>
  begin(makeEngine, { groupType: 'strict_private', users: { guest: 'active' } });
const muteForAWhile = (scene: Scene) =>
  scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest', forMs }));
/** So short that no owner has ended the mute before the test reads. */
const muteForAMoment = (scene: Scene) =>
  scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest', forMs: 200 }));

export function muting(makeEngine: MakeEngine): void {
  describe('mute', () => {
    test('silences a member who still receives', async () => {
      await using scene = await withGuest(makeEngine);
      const before = await scene.member('guest');
      const done = await scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(done).toMatchObject({ status: 'muted', roles: ['member'], mutedUntilMs: null });
      expect(await scene.member('guest')).toEqual({ ...before, status: 'muted' });
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 0, muted: 1, admins: 1 });
      expect(await scene.send('owner')).toMatchObject({ recipientsCount: 2 });
    });

    test('without an end is refused to the sender without a time to come back', async () => {
      await using scene = await withGuest(makeEngine);
      await scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(await scene.send('guest')).toEqual({ type: 'refused', failure: { code: 'muted' } });
      expect((await scene.events()).at(-1)).not.toHaveProperty('muted_until');
    });

    test('unmute gives the word back and changes nothing else', async () => {
      await using scene = await withGuest(makeEngine);
      const before = await scene.member('guest');
      await scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      const done = await scene.do(unmuteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(done).toMatchObject({ status: 'active', roles: ['member'], mutedUntilMs: null });
      expect(await scene.member('guest')).toEqual(before);
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'unmuted',
        user_id: 'guest',
        actor_id: 'owner',
      });
      expect(verdict(await scene.send('guest'))).toBe('done');
    });
  });

  describe('a timed mute', () => {
    test('says everywhere when it ends', async () => {
      await using scene = await withGuest(makeEngine);
      const { mutedUntilMs } = await muteForAWhile(scene);
      const refusal = await scene.send('guest');
      const event = (await scene.events()).at(-1);
      const until = new Date(mutedUntilMs ?? Number.NaN).toISOString();
      expect(event).toMatchObject({ type: 'muted', actor_id: 'owner', muted_until: until });
      expect(Date.parse(until) - Date.parse(event?.timestamp ?? '')).toBe(forMs);
      expect((await scene.member('guest'))?.mutedUntilMs).toBe(mutedUntilMs);
      expect(refusal).toMatchObject({ failure: { code: 'muted', details: { muted_until: until } } });
    });

    test('has the time that the sender has to wait', async () => {
      await using scene = await withGuest(makeEngine);
      await muteForAWhile(scene);
      const refusal = await scene.send('guest');
      const waitMs = refusal.type === 'refused' ? refusal.failure.retryAfterMs : undefined;
      expect(waitMs).toBeGreaterThanOrEqual(1);
      expect(waitMs).toBeLessThanOrEqual(forMs);
    });

    test('ends by itself: its end is an entry before the next message', async () => {
      await using scene = await withGuest(makeEngine);
      const { seq } = await muteForAMoment(scene);
      await scene.advance(300);
      expect(await scene.send('guest')).toMatchObject({ type: 'appended', seq: seq + 2 });
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'unmuted',
        user_id: 'guest',
        actor_id: SERVICE,
        reason: 'expired',
        seq: seq + 1,
      });
    });

    test('counts as ended for readers as soon as its time has come', async () => {
      await using scene = await withGuest(makeEngine);
      await muteForAMoment(scene);
      await scene.advance(300);
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 1 });
      expect(await scene.member('guest')).toMatchObject({ status: 'active', mutedUntilMs: null });
      expect((await scene.members()).map(({ status }) => status)).toEqual(['active', 'active']);
    });

    test('that has ended cannot be ended again, and the refusal leaves its end in the log', async () => {
      await using scene = await withGuest(makeEngine);
      await muteForAMoment(scene);
      await scene.advance(300);
      const unmuted = await scene.change(unmuteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(verdict(unmuted)).toBe('not_muted');
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'unmuted', reason: 'expired' });
    });

    test('that was lifted by an admin ends once', async () => {
      await using scene = await withGuest(makeEngine);
      await muteForAWhile(scene);
      await scene.do(unmuteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      await scene.advance(untilAfterMs);
      await scene.send('guest');
      expect((await scene.events()).filter(({ type }) => type === 'unmuted')).toHaveLength(1);
    });

    test('may be followed by another one', async () => {
      await using scene = await withGuest(makeEngine);
      await muteForAMoment(scene);
      await scene.advance(300);
      expect(await muteForAWhile(scene)).toMatchObject({ status: 'muted' });
      expect(verdict(await scene.send('guest'))).toBe('muted');
    });
  });
}
