/** The groups of a user with the last message of each. */
import { type MessageTarget, targetOf } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  createCommand,
  deleteCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  messageDraft,
} from '../../commands.ts';
import { reactCommand, takeDownCommand, unreactCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, expectAppended, Scene } from '../../scene/scene.ts';

const guest = userIdSchema.parse('guest');
const fast = { ratePerSec: 1e6, rateBurst: 1e6, changeRatePerSec: 1e6, changeRateBurst: 1e6 };

/** The seq of the last message by group; null: none. */
async function lastOf(scene: Scene): Promise<Record<string, number | null>> {
  const rows = await scene.engine.groups.activity(guest);
  return Object.fromEntries(rows.map(({ groupId, last }) => [groupId, last?.seq ?? null]));
}

async function sent(scene: Scene, groupId: string, sender = 'owner') {
  const draft = messageDraft({ groupId, sender, isRateLimited: false });
  return expectAppended(await scene.engine.log.append(draft));
}

const change = async (scene: Scene, command: Parameters<Scene['engine']['messageChanges']['change']>[0]) =>
  expect((await scene.engine.messageChanges.change(command)).type).toBe('changed');

const targetIn = ({ messageId }: { readonly messageId: string }): MessageTarget => {
  const target = targetOf(messageId);
  if (target === null) throw new Error(`no message id: ${messageId}`);
  return target;
};

export function activity(makeEngine: MakeEngine): void {
  describe('the activity of groups', () => {
    test('is the last message that the user may read, with its place and time', async () => {
      await using scene = new Scene(await makeEngine(fast), 'nowhere');
      const groups = ['read', 'quiet', 'since', 'waiting', 'asked', 'left', 'gone'];
      for (const groupId of groups) {
        const groupType = groupId === 'waiting' ? 'private' : 'public';
        const history = groupId === 'since' ? 'since_join' : 'all';
        await scene.do(createCommand({ groupId, actor: 'owner', groupType, history }));
        if (groupId !== 'quiet') await sent(scene, groupId);
        if (groupId === 'asked') await scene.do(inviteCommand({ groupId, actor: 'owner', userId: 'guest' }));
        else await scene.do(joinCommand({ groupId, userId: 'guest' }));
      }
      await scene.do(leaveCommand({ groupId: 'left', userId: 'guest' }));
      await scene.do(deleteCommand({ groupId: 'gone', actor: 'owner' }));
      const last = await sent(scene, 'read');
      const { left = null, gone = null, ...rest } = await lastOf(scene);
      expect(rest).toEqual({ read: last.seq, quiet: null, since: null, waiting: null, asked: null });
      expect([left, gone]).toEqual([null, null]);
      const rows = await scene.engine.groups.activity(guest);
      const { epoch, seq, timestampMs } = last;
      expect(rows.find(({ groupId }) => groupId === 'read')?.last).toEqual({ epoch, seq, timestampMs });
      const after = await sent(scene, 'since');
      expect(await lastOf(scene)).toMatchObject({ since: after.seq });
      const asked = ['quiet', 'left', 'gone', 'nowhere', 'read'].map((id) => groupIdSchema.parse(id));
      const found = await scene.engine.groups.membershipsIn(guest, asked);
      expect(found.map(({ groupId }) => groupId)).toEqual(['quiet', 'read']);
    });

    test('is the tombstone of a taken-down message, and no event or change of a message', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' }, engineSettings: fast });
      const { groupId } = scene;
      const on = { groupId, actor: 'owner' };
      const [first, second, third] = [
        await sent(scene, groupId),
        await sent(scene, groupId),
        await sent(scene, groupId),
      ];
      await change(scene, reactCommand({ ...on, target: targetIn(first) }));
      await scene.join('other');
      expect(await lastOf(scene)).toEqual({ [groupId]: third.seq });
      await change(scene, takeDownCommand({ ...on, target: targetIn(second) }));
      await change(scene, takeDownCommand({ ...on, target: targetIn(third) }));
      expect(await lastOf(scene)).toEqual({ [groupId]: third.seq });
      const [row] = await scene.engine.groups.activity(guest);
      expect(row?.last?.timestampMs).toBe(third.timestampMs);
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'other' }));
      expect(await lastOf(scene)).toEqual({ [groupId]: third.seq });
    });

    test.each(['kept', 'taken down'])('is found below hundreds of changes, if it is %s', async (kind) => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' }, engineSettings: fast });
      const { groupId } = scene;
      const on = { groupId, actor: 'owner' };
      const first = await sent(scene, groupId);
      const last = await sent(scene, groupId);
      if (kind === 'taken down') await change(scene, takeDownCommand({ ...on, target: targetIn(last) }));
      for (let n = 0; n < 140; n += 1) {
        await change(scene, reactCommand({ ...on, target: targetIn(first) }));
        await change(scene, unreactCommand({ ...on, target: targetIn(first) }));
      }
      expect(await lastOf(scene)).toEqual({ [groupId]: last.seq });
    });

    test('is none after the log has lost the message, and in a log of events', async () => {
      const engineSettings = { ...fast, historyMaxEntries: 100 };
      await using scene = await begin(makeEngine, { users: { guest: 'active' }, engineSettings });
      const { groupId } = scene;
      expect(await lastOf(scene)).toEqual({ [groupId]: null });
      const { seq } = await sent(scene, groupId);
      for (let n = 0; n < 150; n += 1) {
        await scene.join('other');
        await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'other' }));
      }
      expect((await scene.group()).head.oldestSeq).toBeGreaterThan(seq);
      expect(await lastOf(scene)).toEqual({ [groupId]: null });
    });

    test('of many groups is found in one answer', async () => {
      await using scene = new Scene(await makeEngine(fast), 'nowhere');
      const expected: Record<string, number | null> = {};
      for (let n = 0; n < 70; n += 1) {
        const groupId = `group-${n}`;
        await scene.do(createCommand({ groupId, actor: 'guest' }));
        expected[groupId] = n % 3 === 0 ? null : (await sent(scene, groupId, 'guest')).seq;
      }
      expect(await lastOf(scene)).toEqual(expected);
      expect(await scene.engine.groups.activity(userIdSchema.parse('stranger'))).toEqual([]);
    });
  });
}
