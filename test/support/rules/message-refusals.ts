/** Refusals of the requests on one message: as `refusals.ts`, for edits, take-downs, reactions and pins. */
import { limits, type RequestType } from '@plenum/protocol';
import { adminToken } from '../wire/http.ts';
import type { Args } from '../wire/rest-call.ts';
import type { GroupScene } from './group-scene.ts';
import type { Ask, Refusal } from './refusals.ts';

/** @returns the id of a message that the user has sent */
async function messageOf(scene: GroupScene, name: string): Promise<string> {
  const sent = await scene.service.plenum.send(scene.groupId, scene.user(name), 'hello');
  if (!sent.ok) throw new Error(`not arranged: ${sent.failure.code}`);
  return sent.result.message_id;
}

/** By the service; `as` is the user for whom it acts. */
async function act(scene: GroupScene, method: string, path: string, as?: string): Promise<void> {
  const body = as === undefined ? {} : { actor_id: scene.user(as) };
  const answer = await scene.service.rest(method, `/v1/groups/${scene.groupId}/messages/${path}`, {
    token: adminToken,
    body,
  });
  if (answer.status !== 200) throw new Error(`not arranged: ${JSON.stringify(answer.body)}`);
}

const on = (
  scene: GroupScene,
  by: string,
  [type, message_id]: [RequestType, string],
  more: Args = {},
): Ask => ({
  by,
  type,
  args: { group_id: scene.groupId, message_id, ...more },
});

const edit = { message: 'edited' };
const reaction = { reaction: '👍' };
const noMessage = '0123456789abcdef-1';

export const messageRefusals: readonly Refusal[] = [
  {
    code: 'not_author',
    to: 'an edit of the message of another user',
    arrange: async (scene) => {
      await (await scene.create('public')).member('ann');
      return on(scene, 'owner', ['edit_message', await messageOf(scene, 'ann')], edit);
    },
  },
  {
    code: 'not_author',
    to: 'a plain member who takes the message of another user down',
    arrange: async (scene) => {
      await (await scene.create('public')).member('ann');
      return on(scene, 'ann', ['delete_message', await messageOf(scene, 'owner')]);
    },
  },
  {
    code: 'not_admin',
    to: 'a plain member who pins a message',
    arrange: async (scene) => {
      await (await scene.create('public')).member('ann');
      return on(scene, 'ann', ['pin_message', await messageOf(scene, 'ann')]);
    },
  },
  {
    code: 'edit_window_over',
    to: 'an edit in a group without edits',
    arrange: async (scene) => {
      await scene.create('public', { editWindowMs: 0 });
      return on(scene, 'owner', ['edit_message', await messageOf(scene, 'owner')], edit);
    },
  },
  {
    code: 'message_closed',
    to: 'a text that is appended to a closed message',
    arrange: async (scene) => {
      await scene.create('public');
      return on(scene, 'owner', ['append_message', await messageOf(scene, 'owner')], { text: ' more' });
    },
  },
  {
    code: 'message_not_found',
    to: 'a reaction to no message',
    arrange: async (scene) => on(await scene.create('public'), 'owner', ['react', noMessage], reaction),
  },
  {
    code: 'message_not_found',
    to: 'an edit of a message that was taken down',
    arrange: async (scene) => {
      const messageId = await messageOf(await scene.create('public'), 'owner');
      await act(scene, 'DELETE', messageId);
      return on(scene, 'owner', ['edit_message', messageId], edit);
    },
  },
  {
    code: 'not_a_member',
    to: 'an outsider who reads a message',
    arrange: async (scene) => {
      const messageId = await messageOf(await scene.create('public'), 'owner');
      return on(scene, 'ann', ['get_message', messageId]);
    },
  },
  {
    code: 'muted',
    to: 'a reaction of a muted member',
    arrange: async (scene) => {
      await (await scene.create('strict_private')).muted('ann');
      return on(scene, 'ann', ['react', await messageOf(scene, 'owner')], reaction);
    },
  },
  {
    code: 'too_many_reactions',
    to: 'an eleventh reaction of one user to a message',
    error: `You have put ${limits.reactionsPerUserMax} reactions on the message, which is the limit`,
    details: { field: 'reaction', limit: limits.reactionsPerUserMax },
    arrange: async (scene) => {
      const messageId = await messageOf(await scene.create('public'), 'owner');
      for (let n = 0; n < limits.reactionsPerUserMax; n += 1) {
        await act(scene, 'PUT', `${messageId}/reactions/r${n}`, 'owner');
      }
      return on(scene, 'owner', ['react', messageId], reaction);
    },
  },
  {
    code: 'too_many_pins',
    to: 'a pin above the bound',
    error: `The group has ${limits.pinsMax} pinned messages, which is the limit`,
    details: { field: 'message_id', limit: limits.pinsMax },
    setting: 'unlimited',
    arrange: async (scene) => {
      await scene.create('public');
      for (let n = 0; n < limits.pinsMax; n += 1) {
        await act(scene, 'PUT', `${await messageOf(scene, 'owner')}/pin`);
      }
      return on(scene, 'owner', ['pin_message', await messageOf(scene, 'owner')]);
    },
  },
  {
    code: 'moderation_blocked',
    to: 'an edit with a text that moderation blocks',
    setting: 'moderated',
    details: { reason: 'no spam' },
    arrange: async (scene) => {
      const messageId = await messageOf(await scene.create('public'), 'owner');
      return on(scene, 'owner', ['edit_message', messageId], { message: 'spam' });
    },
  },
];
