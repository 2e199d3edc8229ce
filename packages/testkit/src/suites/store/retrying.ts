/** Idempotency: one request key, one change, one answer. */
import type { AppendOutcome, ChangeMembers, ChangeOutcome } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import {
  type Attempt,
  acceptCommand,
  banCommand,
  createCommand,
  deleteCommand,
  demoteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  messageDraft,
  muteCommand,
  promoteCommand,
  rejectCommand,
  unbanCommand,
  unmuteCommand,
  updateCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, Scene, seat, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const onTarget = { groupId, actor: 'owner', userId: 'guest', requestId: 'retried' };

/** Every state change with a standing of `guest` in which it succeeds. */
const attempts = [
  ['join', 'outsider', joinCommand({ groupId, userId: 'guest', requestId: 'retried' })],
  ['leave', 'active', leaveCommand({ groupId, userId: 'guest', requestId: 'retried' })],
  ['accept', 'pending', acceptCommand(onTarget)],
  ['reject', 'pending', rejectCommand(onTarget)],
  ['mute', 'active', muteCommand({ ...onTarget, forMs: 60_000 })],
  ['unmute', 'muted', unmuteCommand(onTarget)],
  ['kick', 'active', kickCommand(onTarget)],
  ['ban', 'active', banCommand({ ...onTarget, forMs: 60_000 })],
  ['unban', 'banned', unbanCommand(onTarget)],
  ['promote', 'active', promoteCommand(onTarget)],
  ['demote', 'admin', demoteCommand(onTarget)],
  ['update', 'outsider', updateCommand({ groupId, actor: 'owner', requestId: 'retried', maxMembers: 5 })],
  ['send', 'outsider', messageDraft({ groupId, sender: 'owner', requestId: 'retried' })],
] as const;

type Single = Exclude<Attempt, ChangeMembers>;

const make = (scene: Scene, attempt: Single): Promise<ChangeOutcome | AppendOutcome> =>
  'operation' in attempt ? scene.change(attempt) : scene.engine.log.append(attempt);

const withHash = <A extends Attempt>(attempt: A, payloadHash: string): A => ({
  ...attempt,
  request: { ...attempt.request, payloadHash },
});

export function retrying(makeEngine: MakeEngine): void {
  describe.each(attempts)('a retry of %s', (_, standing, attempt) => {
    const arrange = () => begin(makeEngine, { groupType: 'strict_private', users: { guest: standing } });

    test('gives the first answer again and changes nothing', async () => {
      await using scene = await arrange();
      const first = await make(scene, attempt);
      const before = await scene.everything();
      expect(first).toMatchObject({ isDuplicate: false });
      expect(await make(scene, attempt)).toEqual({ ...first, isDuplicate: true });
      expect(await scene.everything()).toEqual(before);
    });

    test('with another payload is a conflict', async () => {
      await using scene = await arrange();
      await make(scene, attempt);
      const before = await scene.everything();
      expect(verdict(await make(scene, withHash(attempt, 'another')))).toBe('conflict');
      expect(await scene.everything()).toEqual(before);
    });

    test('at the same time changes the state once', async () => {
      await using scene = await arrange();
      const headBefore = (await scene.head())?.seq ?? 0;
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => make(scene, attempt)));
      const firsts = outcomes.filter((outcome) => outcome.type !== 'refused' && !outcome.isDuplicate);
      expect(firsts).toHaveLength(1);
      expect(new Set(outcomes.map((outcome) => JSON.stringify({ ...outcome, isDuplicate: null }))).size).toBe(
        1,
      );
      expect((await scene.head())?.seq).toBe(headBefore + 1);
    });
  });

  describe('a request key', () => {
    test('of a create answers again while the group is there, and creates anew after it was deleted', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      const command = createCommand({ groupId, actor: 'owner' });
      const first = await scene.do(command);
      expect(await scene.change(command)).toEqual({ ...first, isDuplicate: true });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const second = await scene.do(command);
      expect(second).toMatchObject({ isDuplicate: false, seq: 1 });
      expect(second.epoch).not.toBe(first.epoch);
      expect((await scene.group()).head.epoch).toBe(second.epoch);
    });

    test('of a delete answers again', async () => {
      await using scene = await begin(makeEngine);
      const command = deleteCommand({ groupId, actor: 'owner' });
      const first = await scene.do(command);
      expect(await scene.change(command)).toEqual({ ...first, isDuplicate: true });
      expect(verdict(await scene.change(withHash(command, 'another')))).toBe('conflict');
    });

    test('of a leave that ended the group answers again', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      const command = leaveCommand({ groupId, userId: 'owner' });
      const first = await scene.do(command);
      expect(await scene.change(command)).toEqual({ ...first, isDuplicate: true });
    });

    test('of a delete answers again after a create too, and leaves the new group alone', async () => {
      await using scene = await begin(makeEngine);
      const command = deleteCommand({ groupId, actor: 'owner' });
      const first = await scene.do(command);
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      expect(await scene.change(command)).toEqual({ ...first, isDuplicate: true });
      expect((await scene.members()).map(({ userId }) => userId)).toEqual(['owner']);
    });

    test.each(attempts)(
      'of %s of a deleted group is a new one in the group that took its place',
      async (...given) => {
        const [name, standing, attempt] = given;
        const users = { guest: standing };
        await using scene = await begin(makeEngine, { groupType: 'strict_private', users });
        const first = await make(scene, attempt);
        await scene.do(deleteCommand({ groupId, actor: 'owner' }));
        await scene.do(createCommand({ groupId, actor: 'owner', groupType: 'strict_private' }));
        await seat(scene, 'guest', standing);
        const { epoch, seq } = (await scene.group()).head;
        const second = await make(scene, attempt);
        expect(second).toMatchObject({ isDuplicate: false, epoch });
        expect((await scene.group()).head.seq).toBeGreaterThan(seq);
        expect(first, name).not.toMatchObject({ epoch });
        expect(await make(scene, attempt)).toEqual({ ...second, isDuplicate: true });
      },
    );

    test('of a deleted group with another payload is no conflict in the next one', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({ groupId, sender: 'owner', requestId: 'same' });
      await scene.engine.log.append(draft);
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(verdict(await scene.engine.log.append(withHash(draft, 'another')))).toBe('conflict');
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      expect(await scene.engine.log.admit(draft)).toEqual({ type: 'admitted' });
      const second = await scene.engine.log.append(withHash(draft, 'another'));
      expect(second).toMatchObject({ type: 'appended', isDuplicate: false, seq: 2 });
    });

    test('of a message answers again after its group was deleted', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({ groupId, sender: 'owner' });
      const first = await scene.engine.log.append(draft);
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await scene.engine.log.append(draft)).toEqual({ ...first, isDuplicate: true });
    });

    test('is one for changes and messages', async () => {
      await using scene = await begin(makeEngine);
      await scene.engine.log.append(messageDraft({ groupId, sender: 'owner', requestId: 'same' }));
      const leaving = leaveCommand({ groupId, userId: 'owner', requestId: 'same' });
      expect(verdict(await scene.change(leaving))).toBe('conflict');
    });

    test('of another user or in another group is another one', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await scene.do(createCommand({ groupId: 'room:two', actor: 'owner' }));
      const keys = [
        { groupId, sender: 'owner' },
        { groupId, sender: 'guest' },
        { groupId: 'room:two', sender: 'owner' },
      ].map((key) => messageDraft({ ...key, requestId: 'same' }));
      const outcomes = await Promise.all(keys.map((draft) => scene.engine.log.append(draft)));
      expect(outcomes).toMatchObject(keys.map(() => ({ type: 'appended', isDuplicate: false })));
    });

    test('of a refusal is not remembered', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({ groupId, sender: 'guest' });
      expect(verdict(await scene.engine.log.append(draft))).toBe('not_a_member');
      await scene.join('guest');
      expect(await scene.engine.log.append(draft)).toMatchObject({ type: 'appended', isDuplicate: false });
    });

    test('is forgotten after its time', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({ groupId, sender: 'owner', rememberMs: 200 });
      await scene.engine.log.append(draft);
      await scene.advance(400);
      expect(await scene.engine.log.append(draft)).toMatchObject({ isDuplicate: false, seq: 3 });
    });
  });
}
