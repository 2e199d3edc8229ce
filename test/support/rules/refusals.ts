/** The refusals of the rules and of the edge: for each code a request that has to be answered with it. */
import type { ErrorCode, FailureDetails, RequestType } from '@plenum/protocol';
import { expect } from 'vitest';
import type { Args } from '../wire/rest-call.ts';
import type { GroupScene } from './group-scene.ts';
import type { Setting } from './refusal-settings.ts';

export type Door = 'socket' | 'rest';

export interface Ask {
  /** The user of the scene who asks; null: the service, which has no socket. */
  readonly by: string | null;
  readonly type: RequestType;
  readonly args: Args;
}

export interface Expected {
  readonly code: ErrorCode;
  /** Default: the text of the table. */
  readonly error?: string;
  readonly canRetry?: boolean;
  readonly details?: { readonly [K in keyof FailureDetails]: unknown };
}

export interface Refusal extends Expected {
  /** Ends the sentence "… is the answer to". */
  readonly to: string;
  readonly setting?: Setting;
  readonly doors?: readonly Door[];
  /** Arranges the group. @returns the request that is refused. */
  readonly arrange: (scene: GroupScene) => Promise<Ask>;
}

export const requestId = 'req-1';
const hourMs = 3_600_000;
const isoMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const send = (scene: GroupScene, by: string, message = 'hello'): Ask => ({
  by,
  type: 'relay_msg',
  args: { group_id: scene.groupId, message },
});
export const act = (scene: GroupScene, by: string | null, [type, target]: [RequestType, string]): Ask => ({
  by,
  type,
  args: { group_id: scene.groupId, user_id: scene.user(target) },
});
const create = (scene: GroupScene): Ask => ({
  by: 'ann',
  type: 'create_group',
  args: { group_id: scene.groupId, group_type: 'public' },
});
const join = (scene: GroupScene, by: string): Ask => ({
  by,
  type: 'join_group',
  args: { group_id: scene.groupId },
});

const sending: readonly Refusal[] = [
  {
    code: 'group_not_found',
    to: 'a message into no group',
    arrange: async (scene) => send(scene, 'ann'),
  },
  {
    code: 'not_a_member',
    to: 'a message of an outsider',
    arrange: async (scene) => send(await scene.create('public'), 'ann'),
  },
  {
    code: 'pending_membership',
    to: 'a message of an applicant',
    arrange: async (scene) => send(await (await scene.create('private')).applicant('ann'), 'ann'),
  },
  {
    code: 'muted',
    to: 'a message of a muted member',
    arrange: async (scene) => send(await (await scene.create('strict_private')).muted('ann'), 'ann'),
  },
  {
    code: 'muted',
    to: 'a message of a member who is muted for a time',
    canRetry: true,
    details: { muted_until: expect.stringMatching(isoMs) },
    arrange: async (scene) => send(await (await scene.create('strict_private')).muted('ann', hourMs), 'ann'),
  },
  {
    code: 'posting_restricted',
    to: 'a message of a plain member where admins post',
    arrange: async (scene) =>
      send(await (await scene.create('public', { posting: 'admins' })).member('ann'), 'ann'),
  },
  {
    code: 'posting_restricted',
    to: 'a message of an admin into a frozen group',
    arrange: async (scene) => send(await scene.create('public', { posting: 'nobody' }), 'owner'),
  },
  {
    code: 'slow_mode',
    to: 'a second message within the interval',
    canRetry: true,
    arrange: async (scene) => {
      await (await scene.create('public', { slowModeMs: hourMs })).member('ann');
      return send(await scene.sent('ann', 'first'), 'ann');
    },
  },
  {
    code: 'message_not_found',
    to: 'a reply to no message',
    arrange: async (scene) => {
      const { by, type, args } = send(await scene.create('public'), 'owner');
      return { by, type, args: { ...args, reply_to: '0123456789abcdef-1' } };
    },
  },
  {
    code: 'rate_limited',
    to: 'more messages than the bucket holds',
    setting: 'slow',
    arrange: async (scene) => send(await (await scene.create('public')).sent('owner', 'first'), 'owner'),
  },
  {
    code: 'message_too_large',
    to: 'a message of 4097 bytes',
    error: 'message is larger than 4096 bytes',
    details: { field: 'message', limit: 4096 },
    arrange: async (scene) => send(await scene.create('public'), 'owner', `é${'x'.repeat(4095)}`),
  },
  {
    code: 'invalid_content',
    to: 'an empty message',
    error: 'message must not be empty',
    details: { field: 'message', limit: 1 },
    arrange: async (scene) => send(await scene.create('public'), 'owner', ''),
  },
  {
    code: 'invalid_utf8',
    to: 'a lone surrogate in a message',
    error: 'message holds a lone surrogate',
    details: { field: 'message' },
    arrange: async (scene) => send(await scene.create('public'), 'owner', 'half \ud83d of it'),
  },
  {
    code: 'conflict',
    to: 'another message under the same request id',
    arrange: async (scene) =>
      send(await (await scene.create('public')).sent('owner', 'first', requestId), 'owner', 'second'),
  },
];

const membership: readonly Refusal[] = [
  {
    code: 'already_exists',
    to: 'the creation of a group that exists',
    arrange: async (scene) => create(await scene.create('private')),
  },
  {
    code: 'forbidden',
    to: 'the creation of a group by a user where only the service creates',
    setting: 'closed',
    arrange: async (scene) => create(scene),
  },
  {
    code: 'already_member',
    to: 'a second join',
    arrange: async (scene) => join(await (await scene.create('public')).member('ann'), 'ann'),
  },
  {
    code: 'rate_limited',
    to: 'more joins and leaves than a user may do',
    setting: 'slow',
    arrange: async (scene) => {
      const { groupId: group_id } = await (await scene.create('private')).applicant('ann');
      return { by: 'ann', type: 'leave_group', args: { group_id } };
    },
  },
  {
    code: 'group_full',
    to: 'a join beyond max_members',
    arrange: async (scene) => join(await scene.create('public', { maxMembers: 1 }), 'ann'),
  },
  {
    code: 'limit_reached',
    to: 'one ban more than a group may hold',
    setting: 'cramped',
    error: 'This group holds 1 bans, which is the limit',
    details: { field: 'user_id', limit: 1 },
    arrange: async (scene) =>
      act(await (await scene.create('public')).banned('ann'), 'owner', ['ban_member', 'bob']),
  },
  {
    code: 'not_admin',
    to: 'a kick by a plain member',
    arrange: async (scene) =>
      act(await (await scene.create('public')).member('ann'), 'ann', ['kick_member', 'owner']),
  },
  {
    code: 'not_moderator',
    to: 'a kick by a plain member where a moderator would do',
    arrange: async (scene) => {
      await (await scene.create('public')).moderator('bob');
      return act(await scene.member('ann'), 'ann', ['kick_member', 'owner']);
    },
  },
  {
    code: 'user_not_in_group',
    to: 'the acceptance of an outsider',
    arrange: async (scene) => act(await scene.create('private'), 'owner', ['accept_member', 'ann']),
  },
  {
    code: 'user_not_pending',
    to: 'the acceptance of a member',
    arrange: async (scene) =>
      act(await (await scene.create('private')).member('ann'), 'owner', ['accept_member', 'ann']),
  },
  {
    code: 'not_strict_private',
    to: 'a mute in a private group',
    arrange: async (scene) =>
      act(await (await scene.create('private')).member('ann'), 'owner', ['mute_member', 'ann']),
  },
  {
    code: 'cannot_mute',
    to: 'the mute of an applicant',
    arrange: async (scene) =>
      act(await (await scene.create('strict_private')).applicant('ann'), 'owner', ['mute_member', 'ann']),
  },
  {
    code: 'not_muted',
    to: 'the unmute of a member who is not muted',
    arrange: async (scene) =>
      act(await (await scene.create('strict_private')).member('ann'), 'owner', ['unmute_member', 'ann']),
  },
  {
    code: 'last_admin',
    to: 'the kick of the last admin',
    // The actor is an admin too, so the other one is never the last.
    doors: ['rest'],
    arrange: async (scene) => act(await scene.create('public'), null, ['kick_member', 'owner']),
  },
  {
    code: 'last_admin',
    to: 'the last admin who gives up the role',
    arrange: async (scene) => act(await scene.create('public'), 'owner', ['demote_member', 'owner']),
  },
  {
    code: 'banned',
    to: 'the join of a banned user',
    arrange: async (scene) => join(await (await scene.create('public')).banned('ann'), 'ann'),
  },
  {
    code: 'not_banned',
    to: 'the unban of a user who is not banned',
    arrange: async (scene) =>
      act(await (await scene.create('public')).member('ann'), 'owner', ['unban_member', 'ann']),
  },
  {
    code: 'cannot_promote',
    to: 'the promotion of an admin',
    arrange: async (scene) => act(await scene.create('public'), 'owner', ['promote_member', 'owner']),
  },
  {
    code: 'cannot_promote',
    to: 'the transfer of a group to an applicant',
    arrange: async (scene) =>
      act(await (await scene.create('private')).applicant('ann'), 'owner', ['transfer_group', 'ann']),
  },
  {
    code: 'invalid_args',
    to: 'the transfer of a group by the service itself',
    doors: ['rest'],
    error: 'actor_id is required: the service itself is no member of groups',
    details: { field: 'actor_id' },
    arrange: async (scene) =>
      act(await (await scene.create('public')).member('ann'), null, ['transfer_group', 'ann']),
  },
  {
    code: 'cannot_demote',
    to: 'the demotion of a plain member',
    arrange: async (scene) =>
      act(await (await scene.create('public')).member('ann'), 'owner', ['demote_member', 'ann']),
  },
  {
    code: 'invalid_args',
    to: 'a user id of 129 characters',
    error: 'user_id is longer than 128 characters',
    details: { field: 'user_id', limit: 128 },
    arrange: async (scene) => {
      const { groupId: group_id } = await scene.create('public');
      return { by: 'owner', type: 'kick_member', args: { group_id, user_id: 'x'.repeat(129) } };
    },
  },
];

export const refusals: readonly Refusal[] = [...sending, ...membership];
