/** A service under bad input: a group whose state stays, its admin who sends the nonsense, and a device that notices nothing. */
import { expect } from 'vitest';
import { type LogLine, recordingLogger } from '../cluster/recording-logger.ts';
import { type EngineName, Service } from '../cluster/service.ts';
import type { Device } from '../devices/device.ts';
import type { Args } from '../wire/rest-call.ts';
import { GroupScene } from './group-scene.ts';
import { UnaffectedDevice } from './unaffected-device.ts';

export class BadInputScene implements AsyncDisposable {
  readonly service: Service;
  readonly scene: GroupScene;
  /** Of the admin of the group, who is refused for the form of a request only. */
  readonly device: Device;
  readonly logs: readonly LogLine[];
  readonly #unaffected: UnaffectedDevice;
  readonly #state: object;
  readonly #messageId: string;

  private constructor(
    fields: Pick<BadInputScene, 'scene' | 'device' | 'logs'>,
    unaffected: UnaffectedDevice,
    { state, messageId }: { readonly state: object; readonly messageId: string },
  ) {
    this.service = fields.scene.service;
    this.scene = fields.scene;
    this.device = fields.device;
    this.logs = fields.logs;
    this.#unaffected = unaffected;
    this.#state = state;
    this.#messageId = messageId;
  }

  static async start(engine: EngineName): Promise<BadInputScene> {
    const { logger, lines } = recordingLogger();
    const engineSettings = { ratePerSec: 1e6, rateBurst: 1e6 };
    const service = await Service.start(engine, { engineSettings, logger });
    const scene = await new GroupScene(service).create('strict_private');
    await scene.member('ann');
    await scene.muted('bob');
    await scene.applicant('eve');
    const device = await service.device(scene.user('owner'));
    const unaffected = await UnaffectedDevice.watch(service);
    const sent = await service.plenum.send(scene.groupId, scene.user('owner'), 'hello');
    if (!sent.ok) throw new Error(sent.failure.code);
    const stays = { state: await scene.state(), messageId: sent.result.message_id };
    return new BadInputScene({ scene, device, logs: lines }, unaffected, stays);
  }

  /** The node answers, the unaffected device noticed nothing, the group is what it was, and no bug was logged. */
  async expectUnharmed(): Promise<void> {
    const answer = await this.device.request('list_groups', {});
    expect(answer).toMatchObject({ success: true });
    await this.#unaffected.expectUndisturbed();
    expect(await this.scene.state()).toEqual(this.#state);
    expect(this.logs.filter(({ level }) => level === 'error')).toEqual([]);
  }

  /** Arguments with which each request would be accepted or refused by a rule, but not for its form. */
  argsFor(requestType: string): Args {
    const group_id = this.scene.groupId;
    const target = { group_id, user_id: this.scene.user('eve') };
    const named = { group_id, message_id: this.#messageId };
    const args: Readonly<Record<string, Args>> = {
      create_group: { group_id, group_type: 'public' },
      update_group: { group_id, history: 'all' },
      explain: { group_id, action: 'send' },
      find_groups: {},
      search_messages: { group_id, query: 'hello' },
      import_messages: { group_id, import_id: 'import', position: 0 },
      list_dead_letters: {},
      retry_dead_letter: { dead_letter_id: '1-0-0' },
      delete_dead_letter: { dead_letter_id: '1-0-0' },
      change_members: { group_id, add: [{ user_id: 'nobody' }] },
      refresh_token: { token: 'nonsense' },
      ban_member: target,
      unban_member: target,
      promote_member: target,
      demote_member: target,
      transfer_group: target,
      accept_member: target,
      reject_member: target,
      mute_member: target,
      unmute_member: target,
      kick_member: target,
      invite_member: target,
      revoke_invite: target,
      revoke_invite_link: { group_id, link_id: 'link' },
      preview_invite: { code: 'bGluaw.secret' },
      list_groups: {},
      mark_read: { group_id, seq: 1 },
      set_notifications: { group_id, level: 'none' },
      disconnect_user: { user_id: 'nobody' },
      revoke_user: { user_id: 'nobody' },
      erase_user: { user_id: 'nobody' },
      get_erasure: { user_id: 'nobody' },
      relay_msg: { group_id, message: 'hello' },
      send_message: { group_id, message: 'hello' },
      edit_message: { ...named, message: 'hello' },
      append_message: { ...named, text: 'more' },
      delete_message: named,
      react: { ...named, reaction: 'x' },
      unreact: { ...named, reaction: 'x' },
      pin_message: named,
      unpin_message: named,
      get_message: named,
      list_reactions: named,
      subscribe: { groups: [{ group_id }] },
      unsubscribe: { groups: [{ group_id }] },
    };
    return args[requestType] ?? { group_id };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
  }
}
