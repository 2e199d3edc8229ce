/** Requests to join that end when they are not answered in time. */
import { partitionOf } from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  muteCommand,
  rejectCommand,
  updateCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const guest = { groupId, actor: 'owner', userId: 'guest' };
const short = { groupType: 'strict_private', requestTtlMs: 300 } as const;
const typesOf = async (scene: Scene) => (await scene.events()).map(({ type }) => type);
const endDue = (scene: Scene) => scene.engine.dueMutes.endDueMutes(partitionOf(scene.groupId));

export function expiringRequests(makeEngine: MakeEngine): void {
  describe('a request that was not answered', () => {
    test('ends at its time: the owner writes the entry in a group that gets no request', async () => {
      await using scene = await begin(makeEngine, short);
      await scene.do(joinCommand({ groupId, userId: 'guest', note: 'hi' }));
      await endDue(scene);
      expect(await scene.member('guest')).toMatchObject({ status: 'pending', mutedUntilMs: null });
      await scene.advance(400);
      await endDue(scene);
      expect((await scene.events()).at(-1)).toMatchObject({
        ...{ type: 'request_expired', user_id: 'guest', actor_id: SERVICE, seq: 3 },
      });
      expect(await scene.member('guest')).toBeNull();
      expect(await scene.members()).toHaveLength(1);
      await endDue(scene);
      expect((await scene.head())?.seq).toBe(3);
    });

    test('counts as ended before its entry: for reads, counts, lists and messages', async () => {
      await using scene = await begin(makeEngine, short);
      await scene.join('guest');
      await scene.advance(400);
      expect(await scene.member('guest')).toBeNull();
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 0, muted: 0, admins: 1 });
      expect(await scene.members()).toHaveLength(1);
      expect(verdict(await scene.send('guest'))).toBe('not_a_member');
      const list = { cursor: null, limit: 10 };
      expect(await scene.engine.groups.memberships(userIdSchema.parse('guest'), list)).toMatchObject({
        rows: [],
      });
    });

    test('is answered as such when it is accepted or rejected, also after the owner has ended it', async () => {
      await using scene = await begin(makeEngine, short);
      await scene.join('guest');
      await scene.advance(400);
      expect(verdict(await scene.change(acceptCommand(guest)))).toBe('request_expired');
      expect(await typesOf(scene)).toEqual(['created', 'requested', 'request_expired']);
      await endDue(scene);
      expect(verdict(await scene.change(acceptCommand(guest)))).toBe('request_expired');
      expect(verdict(await scene.change(rejectCommand(guest)))).toBe('request_expired');
      expect(verdict(await scene.change(kickCommand(guest)))).toBe('user_not_in_group');
      expect(verdict(await scene.change(acceptCommand({ ...guest, userId: 'other' })))).toBe(
        'user_not_in_group',
      );
    });

    test('makes room for a new one, which may be accepted, and whose member stays', async () => {
      await using scene = await begin(makeEngine, short);
      await scene.join('guest');
      await scene.advance(400);
      expect(await scene.do(joinCommand({ groupId, userId: 'guest' }))).toMatchObject({
        status: 'pending',
        seq: 4,
      });
      await scene.do(acceptCommand(guest));
      await scene.do(muteCommand(guest));
      await scene.advance(400);
      await endDue(scene);
      expect(await scene.member('guest')).toMatchObject({ status: 'muted', mutedUntilMs: null });
      expect(await typesOf(scene)).toEqual([
        ...['created', 'requested', 'request_expired', 'requested', 'accepted', 'muted'],
      ]);
    });

    test('leaves its user free to be invited and admitted', async () => {
      await using scene = await begin(makeEngine, short);
      await scene.join('guest');
      await scene.advance(400);
      await scene.do(inviteCommand(guest));
      expect(await scene.invite('guest')).toMatchObject({ invitedBy: 'owner' });
      expect(await scene.do(joinCommand({ groupId, userId: 'guest' }))).toMatchObject({ status: 'active' });
      await scene.advance(400);
      await endDue(scene);
      expect(await scene.member('guest')).toMatchObject({ status: 'active' });
    });

    test('ends by the setting at its time: a later one is for later requests', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      expect((await scene.group()).requestTtlMs).toBeNull();
      await scene.join('early');
      await scene.do(updateCommand({ groupId, actor: 'owner', requestTtlMs: 300 }));
      expect((await scene.events()).at(-1)).toMatchObject({ changes: { request_ttl_ms: 300 } });
      await scene.join('guest');
      await scene.do(updateCommand({ groupId, actor: 'owner', requestTtlMs: null }));
      expect((await scene.group()).requestTtlMs).toBeNull();
      await scene.advance(400);
      await endDue(scene);
      expect(await scene.member('guest')).toBeNull();
      expect(await scene.member('early')).toMatchObject({ status: 'pending' });
    });

    test('against an accept at the same time: one of the two is in the log, as the answer says', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', requestTtlMs: 40 });
      for (let round = 0; round < 10; round += 1) {
        const users = Array.from({ length: 20 }, (_, n) => `user-${round}-${n}`);
        await Promise.all(users.map((userId) => scene.join(userId)));
        await scene.advance(20 + 2 * round);
        const [, ...answers] = await Promise.all([
          endDue(scene),
          ...users.map((userId) => scene.change(acceptCommand({ ...guest, userId }))),
        ]);
        const events = await scene.events();
        for (const [n, userId] of users.entries()) {
          const [, end, ...more] = events.filter(({ user_id }) => user_id === userId).map(({ type }) => type);
          expect(more).toEqual([]);
          const answer = answers[n];
          const isAccepted = answer !== undefined && verdict(answer) === 'done';
          expect(end).toBe(isAccepted ? 'accepted' : 'request_expired');
          if (!isAccepted) expect(answer).toMatchObject({ failure: { code: 'request_expired' } });
        }
      }
    });
  });
}
