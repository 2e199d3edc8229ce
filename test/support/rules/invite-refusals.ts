/** The refusals of invites and of links: for each code a request that has to be answered with it. */
import type { GroupScene } from './group-scene.ts';
import { type Ask, act, type Refusal } from './refusals.ts';

const joinBy = (scene: GroupScene, by: string, invite: string): Ask => ({
  by,
  type: 'join_group',
  args: { group_id: scene.groupId, invite },
});

export const inviteRefusals: readonly Refusal[] = [
  {
    code: 'too_many_invites',
    to: 'one invite more than a group may hold',
    setting: 'cramped',
    details: { field: 'user_id', limit: 1 },
    arrange: async (scene) =>
      act(await (await scene.create('public')).invited('ann'), 'owner', ['invite_member', 'bob']),
  },
  {
    code: 'invite_not_found',
    to: 'a join by a code that leads to a group but is not of a link',
    arrange: async (scene) => {
      const code = await (await scene.create('public')).link();
      return joinBy(scene, 'ann', `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`);
    },
  },
  {
    code: 'invite_not_found',
    to: 'the preview of a code that leads to no group',
    arrange: async () => ({ by: 'ann', type: 'preview_invite', args: { code: 'bm9uZQ.secret' } }),
  },
  {
    code: 'invite_not_found',
    to: 'the revocation of no link',
    arrange: async (scene) => {
      const { groupId: group_id } = await scene.create('private');
      return { by: 'owner', type: 'revoke_invite_link', args: { group_id, link_id: 'none' } };
    },
  },
  {
    code: 'invite_used_up',
    to: 'a join by a link that has no uses left',
    arrange: async (scene) => {
      const code = await (await scene.create('private')).link({ maxUses: 1 });
      const { service, groupId } = scene;
      await service.plenum.groups.join({ groupId, userId: scene.user('bob'), invite: code });
      return joinBy(scene, 'ann', code);
    },
  },
  {
    code: 'banned',
    to: 'a join of a banned user by a link',
    error: 'You are banned from this group',
    arrange: async (scene) => {
      const code = await (await (await scene.create('private')).banned('ann')).link();
      return joinBy(scene, 'ann', code);
    },
  },
  {
    code: 'too_many_invites',
    to: 'one link more than a group may hold',
    setting: 'cramped',
    error: 'This group holds as many invite links as it may',
    details: { field: 'group_id', limit: 1 },
    arrange: async (scene) => {
      await (await scene.create('public')).link();
      return { by: 'owner', type: 'create_invite_link', args: { group_id: scene.groupId } };
    },
  },
  {
    code: 'invite_not_found',
    to: 'the invite that is declined by a user who has none',
    arrange: async (scene) => {
      const { groupId: group_id } = await scene.create('private');
      return { by: 'ann', type: 'decline_invite', args: { group_id } };
    },
  },
  {
    code: 'invite_not_found',
    to: 'the revocation of no invite',
    arrange: async (scene) => act(await scene.create('private'), 'owner', ['revoke_invite', 'ann']),
  },
  {
    code: 'already_member',
    to: 'the invite of a member',
    arrange: async (scene) =>
      act(await (await scene.create('private')).member('ann'), 'owner', ['invite_member', 'ann']),
  },
  {
    code: 'banned',
    to: 'the invite of a banned user',
    error: 'User is banned from this group',
    arrange: async (scene) =>
      act(await (await scene.create('private')).banned('ann'), 'owner', ['invite_member', 'ann']),
  },
  {
    code: 'not_admin',
    to: 'an invite by a plain member of a strict_private group',
    arrange: async (scene) =>
      act(await (await scene.create('strict_private')).member('ann'), 'ann', ['invite_member', 'bob']),
  },
];
