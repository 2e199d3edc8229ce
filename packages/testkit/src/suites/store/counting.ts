/** Groups in which joins and leaves of plain members are no entries. */
import { type FeedListener, partitionOf, type UnlistedChange } from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  banCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  muteCommand,
  promoteCommand,
  updateCommand,
} from '../../commands.ts';
import { eventually } from '../../eventually.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { feedListener } from '../../scene/feed-listener.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const guest = { groupId, actor: 'owner', userId: 'guest' };
const counting = { membershipEvents: 'counts' } as const;
const typesOf = async (scene: Scene) => (await scene.events()).map(({ type }) => type);

/** What the feed of the group brings: each entry as `<seq> v<version>`, each change that is none as `<type> <user> …`. */
async function heardIn(scene: Scene): Promise<string[]> {
  const heard: string[] = [];
  const onEntry: FeedListener['onEntry'] = (_, { seq, members }) =>
    heard.push(`${seq} v${members?.version} of ${members?.count}`);
  const onUnlisted = (_: unknown, { event, version, membersCount }: UnlistedChange) =>
    heard.push(`${event.type} ${event.user_id} behind ${event.seq} v${version} of ${membersCount}`);
  scene.engine.feeds.listen(feedListener({ onEntry, onUnlisted }));
  await scene.engine.feeds.open(scene.groupId);
  return heard;
}

export function countingMembers(makeEngine: MakeEngine): void {
  describe('joins and leaves that are no entries', () => {
    test('change the members and the counts, and the log has no entry of them', async () => {
      await using scene = await begin(makeEngine, counting);
      const joined = await scene.do(joinCommand({ groupId, userId: 'guest' }));
      expect(joined).toMatchObject({ status: 'active', seq: 1, fromSeq: 2 });
      expect(await scene.member('guest')).toMatchObject({ status: 'active', roles: ['member'], sinceSeq: 2 });
      expect((await scene.group()).counts).toMatchObject({ active: 2 });
      await scene.send('guest');
      expect(await scene.do(leaveCommand({ groupId, userId: 'guest' }))).toMatchObject({
        status: 'none',
        seq: 2,
      });
      expect(await scene.member('guest')).toBeNull();
      expect(await scene.head()).toMatchObject({ seq: 2, membersVersion: 3 });
      expect(await typesOf(scene)).toEqual(['created']);
      await scene.join('guest');
      expect(await scene.member('guest')).toMatchObject({ sinceSeq: 3 });
    });

    test('come on the channel, in order with the entries', async () => {
      await using scene = await begin(makeEngine, counting);
      const heard = await heardIn(scene);
      await scene.join('guest');
      await scene.send('owner');
      await scene.join('other');
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await scene.send('owner');
      await eventually(() =>
        expect(heard).toEqual([
          ...['joined guest behind 1 v2 of 2', '2 v2 of 2', 'joined other behind 2 v3 of 3'],
          ...['left guest behind 2 v4 of 2', '3 v4 of 2'],
        ]),
      );
    });

    test('are answered again to a repeated request, and written once', async () => {
      await using scene = await begin(makeEngine, counting);
      const join = joinCommand({ groupId, userId: 'guest', requestId: 'r1' });
      const first = await scene.do(join);
      await scene.send('owner');
      expect(await scene.do(join)).toEqual({ ...first, isDuplicate: true });
      expect(verdict(await scene.join('guest'))).toBe('already_member');
      const leave = leaveCommand({ groupId, userId: 'guest', requestId: 'r2' });
      const left = await scene.do(leave);
      expect(await scene.do(leave)).toEqual({ ...left, isDuplicate: true });
      expect(await scene.head()).toMatchObject({ seq: 2, membersVersion: 3 });
    });

    test('are those of plain members only: requests, kicks, bans, mutes and roles stay entries', async () => {
      await using scene = await begin(makeEngine, { ...counting, groupType: 'strict_private' });
      await scene.join('guest');
      await scene.do(acceptCommand(guest));
      await scene.do(muteCommand(guest));
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await scene.do(inviteCommand(guest));
      expect(await scene.do(joinCommand({ groupId, userId: 'guest' }))).toMatchObject({ fromSeq: 6 });
      await scene.do(promoteCommand({ ...guest, role: 'moderator' }));
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await scene.join('guest');
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await scene.do(inviteCommand(guest));
      await scene.join('guest');
      await scene.do(kickCommand(guest));
      await scene.do(banCommand(guest));
      expect(await typesOf(scene)).toEqual([
        ...['created', 'requested', 'accepted', 'muted', 'invited', 'promoted', 'left', 'requested', 'left'],
        ...['invited', 'kicked', 'banned'],
      ]);
      expect(await scene.head()).toMatchObject({ membersVersion: 4 });
    });

    test('are entries where they change a role or a mute', async () => {
      await using scene = await begin(makeEngine, {
        ...counting,
        groupType: 'strict_private',
        muteSurvivesRejoin: true,
      });
      await scene.join('guest');
      await scene.do(acceptCommand(guest));
      await scene.do(muteCommand(guest));
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await scene.do(inviteCommand(guest));
      expect(await scene.do(joinCommand({ groupId, userId: 'guest' }))).toMatchObject({ status: 'muted' });
      expect((await typesOf(scene)).slice(-3)).toEqual(['invited', 'joined', 'muted']);
      await using empty = await begin(makeEngine, counting);
      await empty.do(leaveCommand({ groupId, userId: 'owner' }));
      await empty.join('guest');
      expect(await empty.member('guest')).toMatchObject({ roles: ['admin'] });
      expect(await typesOf(empty)).toEqual(['created', 'left', 'joined']);
    });

    test('begin and end with the setting, whose change is an entry', async () => {
      await using scene = await begin(makeEngine);
      expect((await scene.group()).membershipEvents).toBe('all');
      expect((await scene.head())?.membersVersion).toBeUndefined();
      const set = (membershipEvents: 'all' | 'counts') =>
        scene.do(updateCommand({ groupId, actor: 'owner', membershipEvents }));
      await set('counts');
      expect((await scene.events()).at(-1)).toMatchObject({ changes: { membership_events: 'counts' } });
      expect(await scene.head()).toMatchObject({ seq: 2, membersVersion: 1 });
      await scene.join('guest');
      await set('all');
      expect((await scene.group()).membershipEvents).toBe('all');
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await set('counts');
      await scene.join('guest');
      expect((await scene.group()).membershipEvents).toBe('counts');
      expect(await typesOf(scene)).toEqual(['created', 'updated', 'updated', 'left', 'updated']);
      expect(await scene.head()).toMatchObject({ seq: 5, membersVersion: 3 });
    });

    test('keep the other settings, and these keep them', async () => {
      await using scene = await begin(makeEngine, {
        ...counting,
        retention: { maxEntries: 3, maxAgeMs: null },
      });
      await scene.join('guest');
      await scene.do(updateCommand({ groupId, actor: 'owner', posting: 'admins', slowModeMs: 5 }));
      const settings = { posting: 'admins', slowModeMs: 5, membershipEvents: 'counts' };
      expect(await scene.group()).toMatchObject({
        ...settings,
        retention: { maxEntries: 3, maxAgeMs: null },
      });
      expect(verdict(await scene.send('guest'))).toBe('posting_restricted');
      await scene.do(updateCommand({ groupId, actor: 'owner', retention: null }));
      expect(await scene.group()).toMatchObject({ ...settings, retention: null });
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      expect(await scene.head()).toMatchObject({ membersVersion: 3 });
      for (let sent = 0; sent < 4; sent += 1) await scene.send('owner');
      expect(await scene.head()).toMatchObject({ seq: 7, oldestSeq: 1 });
    });

    test('are listed once each in pages of members', async () => {
      await using scene = await begin(makeEngine, counting);
      const users = Array.from({ length: 20 }, (_, n) => `user-${n}`);
      await Promise.all(users.map((userId) => scene.join(userId)));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof scene.engine.groups.members>> =
          await scene.engine.groups.members(scene.groupId, { cursor, limit: 3, status: null });
        seen.push(...(page?.rows ?? []).map(({ userId }) => userId));
        cursor = page?.nextCursor ?? null;
      } while (cursor !== null);
      expect(seen.sort()).toEqual(['owner', ...users].sort());
    });

    test('by the service: additions of plain members are none, the rest is one entry', async () => {
      await using scene = await begin(makeEngine, counting);
      const heard = await heardIn(scene);
      const changed = await scene.changeMembers({
        add: [
          { userId: 'ann' },
          { userId: 'bob', role: 'moderator' },
          { userId: 'owner' },
          { userId: 'cat' },
        ],
      });
      expect(changed).toMatchObject({ seq: 2 });
      expect((await scene.events()).at(-1)).toMatchObject({
        ...{ type: 'members_changed', members: [{ user_id: 'bob', status: 'active', roles: ['moderator'] }] },
      });
      expect(await scene.member('ann')).toMatchObject({ sinceSeq: 2 });
      expect(await scene.changeMembers({ add: [{ userId: 'dan' }] })).toMatchObject({ seq: 2 });
      await scene.changeMembers({ remove: ['ann'] });
      expect((await scene.events()).at(-1)).toMatchObject({ members: [{ user_id: 'ann', status: 'none' }] });
      await eventually(() => expect(heard).toHaveLength(5));
      expect(heard[0]).toMatch(/^joined ann behind 1 v2/);
      expect(heard[3]).toMatch(/^joined dan behind 2 v4 of 5/);
    });

    test('by absence from an ephemeral group are none either', async () => {
      await using scene = await begin(makeEngine, { ...counting, ephemeral: true });
      const { presence } = scene.engine;
      const ann = userIdSchema.parse('ann');
      await scene.join('ann');
      const at = { groupId: scene.groupId, nodeId: 'node-1' };
      await presence.change({ ...at, came: [ann], went: [] });
      await presence.change({ ...at, came: [], went: [ann] });
      await scene.advance(31_000);
      await scene.engine.presence.endAbsences(partitionOf(scene.groupId));
      expect(await scene.member('ann')).toBeNull();
      expect(await typesOf(scene)).toEqual(['created']);
      expect(await scene.head()).toMatchObject({ membersVersion: 3 });
    });

    test('are by the service where it admits', async () => {
      await using scene = await begin(makeEngine, { ...counting, groupType: 'private' });
      await scene.do(joinCommand({ groupId, userId: 'ann', actor: SERVICE, admit: true }));
      expect(await scene.member('ann')).toMatchObject({ status: 'active', sinceSeq: 2 });
      expect(await typesOf(scene)).toEqual(['created']);
    });
  });
}
