/** An admission checks what an append checks, takes a token unless the sender has no rate limit, and stores nothing. */
import { describe, expect, test } from 'vitest';
import { leaveCommand, messageDraft, muteCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, expectAppended, type Scene } from '../../scene/scene.ts';

const oneToken = { ratePerSec: 0.001, rateBurst: 1 };
const draftIn = (scene: Scene, isRateLimited: boolean, sender = 'owner') =>
  messageDraft({ groupId: scene.groupId, sender, isRateLimited });

export function admitting(makeEngine: MakeEngine): void {
  describe('admit', () => {
    test('lets a message through and stores nothing', async () => {
      await using scene = await begin(makeEngine);
      const before = await scene.everything();
      expect(await scene.engine.log.admit(draftIn(scene, true))).toEqual({ type: 'admitted' });
      expect(await scene.everything()).toEqual(before);
    });

    test('gives the first answer to a stored message, though its sender is gone and has no token', async () => {
      await using scene = await begin(makeEngine, {
        users: { guest: 'active' },
        engineSettings: oneToken,
      });
      const draft = draftIn(scene, true, 'guest');
      const first = expectAppended(await scene.engine.log.append(draft));
      await scene.do(leaveCommand({ groupId: scene.groupId, userId: 'guest' }));
      expect(await scene.engine.log.admit(draft)).toEqual({ ...first, isDuplicate: true });
    });

    test('refuses another message under the same request id', async () => {
      await using scene = await begin(makeEngine);
      const { groupId } = scene;
      const first = messageDraft({ groupId, sender: 'owner', requestId: 'r', message: 'one' });
      await scene.engine.log.append(first);
      const other = messageDraft({ groupId, sender: 'owner', requestId: 'r', message: 'two' });
      expect(await scene.engine.log.admit(other)).toEqual({
        type: 'refused',
        failure: { code: 'conflict' },
      });
    });

    test.each([
      ['stranger', 'not_a_member'],
      ['applicant', 'pending_membership'],
      ['silent', 'muted'],
      ['outlaw', 'banned'],
    ])('refuses a %s as an append does', async (sender, code) => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { applicant: 'pending', silent: 'muted', outlaw: 'banned' },
      });
      const draft = draftIn(scene, true, sender);
      expect(await scene.engine.log.admit(draft)).toEqual({ type: 'refused', failure: { code } });
      expect(await scene.engine.log.admit(draft)).toEqual(await scene.engine.log.append(draft));
    });

    test('refuses an unknown group', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({ groupId: 'nowhere', sender: 'owner' });
      expect(await scene.engine.log.admit(draft)).toEqual({
        type: 'refused',
        failure: { code: 'group_not_found' },
      });
    });

    test('ends a mute that is due before it judges', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      await scene.do(muteCommand({ groupId: scene.groupId, actor: 'owner', userId: 'guest', forMs: 200 }));
      await scene.advance(300);
      expect(await scene.engine.log.admit(draftIn(scene, true, 'guest'))).toEqual({ type: 'admitted' });
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'unmuted', reason: 'expired' });
    });

    test('takes the token, after which the append of the same message takes none', async () => {
      await using scene = await begin(makeEngine, { engineSettings: oneToken });
      const draft = draftIn(scene, true);
      expect(await scene.engine.log.admit(draft)).toEqual({ type: 'admitted' });
      expect(await scene.engine.log.admit(draftIn(scene, true))).toMatchObject({
        failure: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
      });
      expectAppended(await scene.engine.log.append({ ...draft, isRateLimited: false }));
    });

    test('takes no token of a message whose rate is limited later', async () => {
      await using scene = await begin(makeEngine, { engineSettings: oneToken });
      const draft = draftIn(scene, false);
      for (let time = 0; time < 3; time += 1) await scene.engine.log.admit(draft);
      expectAppended(await scene.engine.log.append({ ...draft, isRateLimited: true }));
    });
  });
}
