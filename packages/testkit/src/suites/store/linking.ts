/** Invite links: who comes by one, how often, and how it ends. */
import { defaultEngineSettings } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  banCommand,
  createCommand,
  createLinkCommand,
  deleteCommand,
  demoteCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  revokeLinkCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const linkId = 'link';
const byOwner = { groupId, actor: 'owner', linkId };
const come = async (scene: Scene, userId = 'guest', by = linkId) => {
  const outcome = await scene.change(joinCommand({ groupId, userId, linkId: by }));
  return outcome.type === 'done' ? outcome.status : outcome.failure.code;
};
const usesOf = async (scene: Scene, id = linkId) =>
  (await scene.engine.groups.links(scene.groupId))?.find((link) => link.linkId === id)?.uses;

export function linking(makeEngine: MakeEngine): void {
  describe('an invite link', () => {
    test('is an entry and a row of the list, and keeps the nonce with the answer only', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      const command = createLinkCommand({ ...byOwner, nonce: 'once', maxUses: 3, forMs: 60_000 });
      const done = await scene.do(command);
      const untilMs = done.link?.untilMs ?? Number.NaN;
      expect(done).toMatchObject({ status: 'none', roles: [], link: { linkId, nonce: 'once' }, seq: 2 });
      const [, made] = await scene.events();
      expect(made).toMatchObject({
        ...{ type: 'link_created', user_id: 'owner', link_id: linkId },
        ...{ max_uses: 3, expires_at: new Date(untilMs).toISOString() },
      });
      expect(JSON.stringify(await scene.everything())).not.toContain('once');
      const [row] = (await scene.engine.groups.links(scene.groupId)) ?? [];
      expect(row).toEqual({
        ...{ linkId, createdBy: 'owner', createdAtMs: untilMs - 60_000, untilMs },
        ...{ maxUses: 3, uses: 0 },
      });
      const again = createLinkCommand({
        ...byOwner,
        linkId: 'other',
        nonce: 'twice',
        maxUses: 3,
        forMs: 60_000,
      });
      expect(await scene.do({ ...again, request: command.request })).toEqual({ ...done, isDuplicate: true });
      expect(await scene.engine.groups.links(scene.groupId)).toHaveLength(1);
    });

    test.each(['public', 'private', 'strict_private'] as const)(
      'of a %s group lets users in at once, and counts them',
      async (groupType) => {
        await using scene = await begin(makeEngine, { groupType });
        await scene.do(createLinkCommand({ ...byOwner, maxUses: 2 }));
        expect(await come(scene)).toBe('active');
        expect((await scene.events()).at(-1)).toMatchObject({ type: 'joined', link_id: linkId });
        expect(await come(scene)).toBe('already_member');
        expect(await come(scene, 'second')).toBe('active');
        expect(await come(scene, 'third')).toBe('invite_used_up');
        await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
        expect(await come(scene)).toBe('invite_used_up');
        expect(await usesOf(scene)).toBe(2);
      },
    );

    test('shows type, metadata and members to users who are none', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', metadata: '{"a":1}' });
      await scene.do(createLinkCommand(byOwner));
      await come(scene);
      expect(await scene.engine.groups.linked(scene.groupId, linkId)).toMatchObject({
        ...{ groupType: 'private', metadata: '{"a":1}', membersCount: 2 },
        link: { createdBy: 'owner', uses: 1, maxUses: null, untilMs: null },
      });
      expect(await scene.engine.groups.linked(scene.groupId, 'other')).toBeNull();
    });

    test('of a creator who may no longer accept makes applicants, each of whom is a use', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { friend: 'admin' },
      });
      await scene.do(createLinkCommand({ ...byOwner, actor: 'friend', maxUses: 2 }));
      await scene.do(demoteCommand({ groupId, actor: 'owner', userId: 'friend' }));
      expect(await come(scene)).toBe('pending');
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'requested', link_id: linkId });
      expect(await come(scene)).toBe('already_member');
      await scene.do(inviteCommand({ groupId, actor: 'owner', userId: 'second' }));
      expect(await come(scene, 'second')).toBe('active');
      expect(await come(scene, 'third')).toBe('invite_used_up');
    });

    test('of the service, and of a creator who has left', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { friend: 'active' } });
      await scene.do(createLinkCommand({ ...byOwner, actor: SERVICE }));
      await scene.do(createLinkCommand({ ...byOwner, actor: 'friend', linkId: 'second' }));
      await scene.do(leaveCommand({ groupId, userId: 'friend' }));
      expect(await come(scene)).toBe('active');
      expect(await come(scene, 'other', 'second')).toBe('pending');
    });

    test('is one accept where more are needed', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', acceptsNeeded: 2 });
      await scene.do(joinCommand({ groupId, userId: 'friend', actor: SERVICE, admit: true }));
      await scene.do(createLinkCommand(byOwner));
      expect(await come(scene)).toBe('pending');
      const accept = { groupId, userId: 'guest' };
      expect(await scene.do(acceptCommand({ ...accept, actor: 'owner' }))).toMatchObject({
        isDuplicate: true,
      });
      expect(await scene.do(acceptCommand({ ...accept, actor: 'friend' }))).toMatchObject({
        status: 'active',
      });
    });

    test('lets no user in after it was revoked or has ended, and none by a guess', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(createLinkCommand(byOwner));
      await scene.do(createLinkCommand({ ...byOwner, linkId: 'short', forMs: 200 }));
      for (const guess of ['lin', 'link-', 'Link', 'constructor']) {
        expect(await come(scene, 'guest', guess)).toBe('invite_not_found');
      }
      await scene.do(revokeLinkCommand(byOwner));
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'link_revoked', link_id: linkId });
      await scene.advance(300);
      expect(await come(scene)).toBe('invite_not_found');
      expect(await come(scene, 'guest', 'short')).toBe('invite_not_found');
      expect(verdict(await scene.change(revokeLinkCommand({ ...byOwner, linkId: 'short' })))).toBe(
        'invite_not_found',
      );
      expect(await scene.engine.groups.links(scene.groupId)).toEqual([]);
    });

    test('goes with the group, and no join by it creates one', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(createLinkCommand(byOwner));
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const creating = joinCommand({ groupId, userId: 'guest', linkId, createsPublic: true });
      expect(verdict(await scene.change(creating))).toBe('invite_not_found');
      expect(await scene.engine.groups.links(scene.groupId)).toBeNull();
      expect(await scene.engine.groups.linked(scene.groupId, linkId)).toBeNull();
      await scene.do(createCommand({ groupId, actor: 'successor' }));
      expect(await come(scene)).toBe('invite_not_found');
      expect(await scene.engine.groups.links(scene.groupId)).toEqual([]);
    });

    test('goes with a group that its last member leaves', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(createLinkCommand(byOwner));
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      await scene.do(createCommand({ groupId, actor: 'successor', groupType: 'private' }));
      expect(await come(scene)).toBe('invite_not_found');
    });

    test('is one of a few: those by which no user can join make room', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { linksPerGroupMax: 2 } });
      const make = (id: string, more: { readonly maxUses?: number; readonly forMs?: number } = {}) =>
        scene.change(createLinkCommand({ ...byOwner, linkId: id, ...more }));
      await make('once', { maxUses: 1 });
      await make('short', { forMs: 200 });
      expect(await make('third')).toMatchObject({
        failure: { code: 'too_many_invites', details: { field: 'group_id', limit: 2 } },
      });
      expect(await come(scene, 'guest', 'once')).toBe('active');
      expect(verdict(await make('third'))).toBe('done');
      expect(await usesOf(scene, 'once')).toBeUndefined();
      await scene.advance(300);
      expect(verdict(await make('fourth'))).toBe('done');
      expect(verdict(await make('fifth'))).toBe('too_many_invites');
      expect(defaultEngineSettings.linksPerGroupMax).toBe(100);
    });

    test('is used once by a request that is repeated, and not by one that finds a member', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(createLinkCommand({ ...byOwner, maxUses: 2 }));
      const command = joinCommand({ groupId, userId: 'guest', linkId, requestId: 'r1' });
      const first = await scene.do(command);
      const repeated = await Promise.all(Array.from({ length: 20 }, () => scene.do(command)));
      for (const one of repeated) expect(one).toEqual({ ...first, isDuplicate: true });
      await scene.do(joinCommand({ groupId, userId: 'guest', linkId, ensure: true }));
      expect(await usesOf(scene)).toBe(1);
    });

    test('has a last use: of a hundred joins at once exactly one gets it', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      for (let round = 0; round < 5; round += 1) {
        const id = `link-${round}`;
        await scene.do(createLinkCommand({ ...byOwner, linkId: id, maxUses: 1 }));
        const users = Array.from({ length: 100 }, (_, n) => `user-${round}-${n}`);
        const answers = await Promise.all(users.map((userId) => come(scene, userId, id)));
        expect(answers.filter((answer) => answer === 'active')).toHaveLength(1);
        expect(answers.filter((answer) => answer === 'invite_used_up')).toHaveLength(99);
        expect(await usesOf(scene, id)).toBe(1);
      }
    });

    test('against its revocation: who came before it is in the count, no user comes after it', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      for (let round = 0; round < 20; round += 1) {
        const id = `link-${round}`;
        await scene.do(createLinkCommand({ ...byOwner, linkId: id }));
        const users = Array.from({ length: 20 }, (_, n) => `user-${round}-${n}`);
        const joins = users.map((userId) => come(scene, userId, id));
        const revoked = scene.change(revokeLinkCommand({ ...byOwner, linkId: id }));
        const late = users.map((userId) => come(scene, `late-${userId}`, id));
        const answers = await Promise.all([...joins, ...late]);
        expect(verdict(await revoked)).toBe('done');
        const events = (await scene.events()).filter(({ link_id }) => link_id === id);
        expect(events.findIndex(({ type }) => type === 'link_revoked')).toBe(events.length - 1);
        expect(answers.filter((answer) => answer === 'active')).toHaveLength(events.length - 2);
        expect(answers.every((answer) => ['active', 'invite_not_found'].includes(answer))).toBe(true);
      }
    });

    test('against a ban at the same time: the ban wins, in either order', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(createLinkCommand(byOwner));
      for (let round = 0; round < 10; round += 1) {
        const users = Array.from({ length: 20 }, (_, n) => `user-${round}-${n}`);
        await Promise.all(
          users.flatMap((userId, n) => {
            const ban = () => scene.change(banCommand({ groupId, actor: 'owner', userId }));
            const join = () => come(scene, userId);
            return n % 2 === 0 ? [ban(), join(), join()] : [join(), ban(), join()];
          }),
        );
        for (const userId of users) {
          expect(await scene.member(userId)).toBeNull();
          expect(await come(scene, userId)).toBe('banned');
        }
      }
    });
  });
}
