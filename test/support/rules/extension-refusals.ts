/** Refusals whose cause is a team's own part: as `refusals.ts`, for moderation, authorization, archive and middleware. */
import type { RequestType } from '@plenum/protocol';
import type { Args } from '../wire/rest-call.ts';
import type { GroupScene } from './group-scene.ts';
import type { Ask, Refusal } from './refusals.ts';

const inGroup = (scene: GroupScene, by: string, [type, more]: [RequestType, Args]): Ask => ({
  by,
  type,
  args: { group_id: scene.groupId, ...more },
});

export const extensionRefusals: readonly Refusal[] = [
  {
    code: 'moderation_blocked',
    to: 'a message that moderation does not let pass',
    setting: 'moderated',
    details: { reason: 'no spam' },
    arrange: async (scene) =>
      inGroup(await scene.create('public'), 'owner', ['relay_msg', { message: 'buy spam' }]),
  },
  {
    code: 'unauthorized',
    to: 'a message of a member whom the auth adapter refuses',
    setting: 'guarded',
    details: { reason: 'no send for eve' },
    arrange: async (scene) =>
      inGroup(await (await scene.create('public')).member('eve'), 'eve', ['relay_msg', { message: 'hello' }]),
  },
  {
    code: 'unauthorized',
    to: 'a join that the auth adapter refuses',
    setting: 'guarded',
    details: { reason: 'no join for eve' },
    arrange: async (scene) => inGroup(await scene.create('public'), 'eve', ['join_group', {}]),
  },
  {
    code: 'unauthorized',
    to: 'a page of history that the auth adapter refuses',
    setting: 'guarded',
    details: { reason: 'no history for eve' },
    arrange: async (scene) =>
      inGroup(await (await scene.create('public')).member('eve'), 'eve', ['history', {}]),
  },
  {
    code: 'unavailable',
    to: 'a message that moderation should look at, which is down',
    setting: 'unmoderated',
    arrange: async (scene) =>
      inGroup(await scene.create('public'), 'owner', ['relay_msg', { message: 'hello' }]),
  },
  {
    code: 'internal',
    to: 'a message on whose way a middleware throws',
    setting: 'broken',
    arrange: async (scene) =>
      inGroup(await scene.create('public'), 'owner', ['relay_msg', { message: 'hello' }]),
  },
  {
    code: 'room_overloaded',
    to: 'a message into a room whose archive is down and whose queue is full',
    setting: 'overloaded',
    arrange: async (scene) => {
      await scene.create('public');
      // Refused already where the creation of the group is the entry that waits.
      await scene.service.plenum.send(scene.groupId, scene.user('owner'), 'first');
      return inGroup(scene, 'owner', ['relay_msg', { message: 'hello' }]);
    },
  },
];
