/** Refusals of the requests about who is there: as `refusals.ts`, for presence, typing, read marks and cuts. */
import type { RequestType } from '@plenum/protocol';
import type { Args } from '../wire/rest-call.ts';
import type { GroupScene } from './group-scene.ts';
import type { Ask, Refusal } from './refusals.ts';

const inGroup = (scene: GroupScene, by: string, type: RequestType, more: Args = {}): Ask => ({
  by,
  type,
  args: { group_id: scene.groupId, ...more },
});

export const presenceRefusals: readonly Refusal[] = [
  {
    code: 'group_not_found',
    to: 'the question who is online in no group',
    arrange: async (scene) => inGroup(scene, 'ann', 'presence'),
  },
  {
    code: 'not_a_member',
    to: 'the question of an outsider who is online',
    arrange: async (scene) => inGroup(await scene.create('public'), 'ann', 'presence'),
  },
  {
    code: 'pending_membership',
    to: 'the question of an applicant who is online',
    arrange: async (scene) =>
      inGroup(await (await scene.create('private')).applicant('ann'), 'ann', 'presence'),
  },
  {
    code: 'banned',
    to: 'the question of a banned user who is online',
    arrange: async (scene) => inGroup(await (await scene.create('public')).banned('ann'), 'ann', 'presence'),
  },
  {
    code: 'muted',
    to: 'a muted member who types',
    doors: ['socket'],
    arrange: async (scene) =>
      inGroup(await (await scene.create('strict_private')).muted('ann'), 'ann', 'typing'),
  },
  {
    code: 'pending_membership',
    to: 'an applicant who types',
    doors: ['socket'],
    arrange: async (scene) =>
      inGroup(await (await scene.create('private')).applicant('ann'), 'ann', 'typing'),
  },
  {
    code: 'not_a_member',
    to: 'an outsider who marks a message as read',
    doors: ['socket'],
    arrange: async (scene) => inGroup(await scene.create('public'), 'ann', 'mark_read', { seq: 1 }),
  },
  {
    code: 'pending_membership',
    to: 'an applicant who marks a message as read',
    doors: ['socket'],
    arrange: async (scene) =>
      inGroup(await (await scene.create('private')).applicant('ann'), 'ann', 'mark_read', { seq: 1 }),
  },
  {
    code: 'invalid_args',
    to: 'a mark at a seq below zero',
    doors: ['socket'],
    error: 'seq must be at least 0',
    details: { field: 'seq', limit: 0 },
    arrange: async (scene) => inGroup(await scene.create('public'), 'owner', 'mark_read', { seq: -1 }),
  },
  {
    code: 'pending_membership',
    to: 'an applicant who sets of what it is notified',
    arrange: async (scene) => ({
      ...inGroup(await (await scene.create('private')).applicant('ann'), 'ann', 'set_notifications', {
        level: 'none',
      }),
    }),
  },
  {
    code: 'not_a_member',
    to: 'an outsider who asks how far members have read',
    arrange: async (scene) => inGroup(await scene.create('public'), 'ann', 'list_read_marks'),
  },
  {
    code: 'forbidden',
    to: 'a user who changes many members',
    arrange: async (scene) =>
      inGroup(await scene.create('public'), 'owner', 'change_members', { remove: [scene.user('bob')] }),
  },
  {
    code: 'forbidden',
    to: 'a user who disconnects another',
    arrange: async (scene) => ({ by: 'ann', type: 'disconnect_user', args: { user_id: scene.user('bob') } }),
  },
  {
    code: 'forbidden',
    to: 'a user who erases another',
    arrange: async (scene) => ({ by: 'ann', type: 'erase_user', args: { user_id: scene.user('bob') } }),
  },
  {
    code: 'forbidden',
    to: 'a user who revokes the tokens of another',
    arrange: async (scene) => ({ by: 'ann', type: 'revoke_user', args: { user_id: scene.user('bob') } }),
  },
];
