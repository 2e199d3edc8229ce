/** What stays after a membership, and after a group: kept mutes and reserved ids. */
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
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const onGuest = { groupId, actor: 'owner', userId: 'guest' };
const self = { groupId, userId: 'guest' };
const hourMs = 3_600_000;
const keeping = { groupType: 'strict_private', muteSurvivesRejoin: true, users: { guest: 'muted' } } as const;

/** Ways in which a muted user goes. */
const exits: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
  ['leave', (scene) => scene.do(leaveCommand(self))],
  ['kick', (scene) => scene.do(kickCommand(onGuest))],
  ['removal by the service', (scene) => scene.changeMembers({ remove: ['guest'] })],
  [
    'ban',
    async (scene) => {
      await scene.do(banCommand(onGuest));
      await scene.do(unbanCommand(onGuest));
    },
  ],
  ['new request', async () => {}],
];

/** Ways in which a user comes back. */
const entrances: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
  [
    'accept',
    async (scene) => {
      await scene.do(joinCommand(self));
      expect((await scene.member('guest'))?.status).toBe('pending');
      await scene.do(acceptCommand(onGuest));
    },
  ],
  ['admission', (scene) => scene.do(joinCommand({ ...self, actor: SERVICE, admit: true }))],
  ['addition by the service', (scene) => scene.changeMembers({ add: ['guest'] })],
];

const ways = exits.flatMap(([exit, goes]) =>
  entrances
    .filter(([entrance]) => exit !== 'new request' || entrance === 'accept')
    .map(([entrance, comes]) => [exit, entrance, goes, comes] as const),
);

export function staying(makeEngine: MakeEngine): void {
  describe('a mute that survives a new join', () => {
    test.each(ways)('continues after a %s and an %s', async (_exit, entrance, goes, comes) => {
      await using scene = await begin(makeEngine, keeping);
      await goes(scene);
      await comes(scene);
      expect(await scene.member('guest')).toMatchObject({ status: 'muted', mutedUntilMs: null });
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 0, muted: 1, admins: 1 });
      expect(verdict(await scene.send('guest'))).toBe('muted');
      const last = (await scene.events()).at(-1);
      if (entrance === 'addition by the service') {
        expect(last?.members).toEqual([{ user_id: 'guest', status: 'muted', roles: ['member'] }]);
      } else {
        expect(last).toMatchObject({
          type: 'muted',
          user_id: 'guest',
          actor_id: SERVICE,
          reason: 'rejoined',
        });
      }
      await scene.do(unmuteCommand(onGuest));
      expect(verdict(await scene.send('guest'))).toBe('done');
      await scene.do(leaveCommand(self));
      await comes(scene);
      expect((await scene.member('guest'))?.status).toBe('active');
    });

    test('has the end that it had, and the answer to the accept names it', async () => {
      await using scene = await begin(makeEngine, { ...keeping, users: { guest: 'active' } });
      const { mutedUntilMs } = await scene.do(muteCommand({ ...onGuest, forMs: hourMs }));
      await scene.do(leaveCommand(self));
      await scene.do(joinCommand(self));
      const accept = acceptCommand(onGuest);
      const accepted = await scene.do(accept);
      expect(accepted).toMatchObject({ status: 'muted', mutedUntilMs });
      const [joined, muted] = (await scene.events()).slice(-2);
      expect(joined).toMatchObject({ type: 'accepted', seq: accepted.seq });
      expect(muted?.muted_until).toBe(new Date(mutedUntilMs ?? 0).toISOString());
      expect(await scene.member('guest')).toMatchObject({ mutedUntilMs, sinceSeq: accepted.seq });
      expect(await scene.change(accept)).toEqual({ ...accepted, isDuplicate: true });
    });

    test('is over when its end comes while the user is away', async () => {
      await using scene = await begin(makeEngine, { ...keeping, users: { guest: 'active' } });
      await scene.do(muteCommand({ ...onGuest, forMs: 50 }));
      await scene.do(leaveCommand(self));
      await scene.advance(60);
      await scene.do(joinCommand({ ...self, actor: SERVICE, admit: true }));
      expect((await scene.member('guest'))?.status).toBe('active');
    });

    test('is in no list of bans, and refuses no join', async () => {
      await using scene = await begin(makeEngine, keeping);
      await scene.do(leaveCommand(self));
      for (const userId of ['g', 'guest2', 'h']) await scene.do(banCommand({ ...onGuest, userId }));
      const page = await scene.engine.groups.bans(scene.groupId, { cursor: null, limit: 2 });
      expect(page?.rows.map(({ userId }) => userId)).toEqual(['g', 'guest2']);
      const next = await scene.engine.groups.bans(scene.groupId, {
        cursor: page?.nextCursor ?? null,
        limit: 2,
      });
      expect(next).toMatchObject({ rows: [{ userId: 'h' }], nextCursor: null });
      expect(verdict(await scene.join('guest'))).toBe('done');
    });

    test('ends with the membership without the setting, at the exit and at the return', async () => {
      await using scene = await begin(makeEngine, { ...keeping, muteSurvivesRejoin: false });
      const setting = (isOn: boolean) =>
        scene.do(updateCommand({ groupId, actor: 'owner', muteSurvivesRejoin: isOn }));
      const admit = () => scene.do(joinCommand({ ...self, actor: SERVICE, admit: true }));
      await scene.do(leaveCommand(self));
      await setting(true);
      expect((await admit()).status).toBe('active');
      await scene.do(muteCommand(onGuest));
      await scene.do(leaveCommand(self));
      await setting(false);
      expect((await admit()).status).toBe('active');
    });
  });

  describe('a reserved id', () => {
    const create = { groupId, actor: 'guest' };

    test('refuses users until its end, and the service never', async () => {
      await using scene = await begin(makeEngine, { idReservedMs: hourMs });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const outcome = await scene.change(createCommand(create));
      expect(outcome).toMatchObject({
        type: 'refused',
        failure: { code: 'already_exists', details: { field: 'group_id', reason: 'reserved' } },
      });
      const joining = joinCommand({ ...self, createsPublic: true });
      expect(verdict(await scene.change(joining))).toBe('group_not_found');
      await scene.do(createCommand({ ...create, isByService: true }));
      expect((await scene.group()).idReservedMs).toBe(0);
      await scene.do(deleteCommand({ groupId, actor: 'guest' }));
      expect(verdict(await scene.change(createCommand(create)))).toBe('done');
    });

    test('is free after its time', async () => {
      await using scene = await begin(makeEngine, { idReservedMs: 50 });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      await scene.advance(60);
      expect(verdict(await scene.change(createCommand(create)))).toBe('done');
    });

    test('keeps no metadata of its group', async () => {
      await using scene = await begin(makeEngine, { idReservedMs: hourMs, metadata: '{"a":1}' });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const position = await scene.engine.groups.position(scene.groupId, null);
      expect(position?.settings).toMatchObject({ metadata: null });
    });

    test('is reserved also when the last member has left', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', idReservedMs: hourMs });
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect(verdict(await scene.change(createCommand(create)))).toBe('already_exists');
    });

    test('keeps nothing of the settings of the group but its type', async () => {
      await using scene = await begin(makeEngine, { idReservedMs: hourMs, metadata: '{}' });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const position = await scene.engine.groups.position(scene.groupId, null);
      expect(position).toMatchObject({ groupType: 'public', settings: { metadata: null } });
    });
  });
}
