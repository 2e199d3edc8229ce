/** Three users and a device with which cell after cell of the rules is tried, each in a group of its own. */
import { errors } from '@plenum/protocol';
import type { Cell, Standing } from '@plenum/testkit';
import type { Service } from '../cluster/service.ts';
import type { Device } from '../devices/device.ts';
import { adminToken, tokenOf } from '../wire/http.ts';
import { type Args, restCall } from '../wire/rest-call.ts';

/** `hosted`: a socket of a node that hosts the group's feed already. `behalf`: the service asks and names for whom. */
export type Door = 'socket' | 'hosted' | 'rest' | 'behalf';

interface Failable {
  readonly ok: boolean;
}
async function done(step: Promise<Failable>): Promise<void> {
  const outcome = await step;
  if (!outcome.ok) throw new Error(`not arranged: ${JSON.stringify(outcome)}`);
}

interface Request {
  readonly type: string;
  readonly args: Args;
}
/** What one cell left behind. */
export interface Tried {
  readonly verdict: string;
  readonly result: Readonly<Record<string, unknown>>;
}

/** As the service sees it. */
export interface GroupState {
  /** Head, counts and members. */
  readonly info: object;
  readonly log: object;
  /** The user's record, or that there is none. */
  readonly target: object | 'none' | 'banned';
}

const noLink = { link_id: 'none', code: 'bm9uZQ.secret' };

let groups = 0;

export class RuleRunner {
  readonly #service: Service;
  readonly #device: Device;
  readonly #name: string;
  #groupId = '';
  #messageId = 'e-1';
  #link = noLink;

  private constructor(service: Service, device: Device, name: string) {
    this.#service = service;
    this.#device = device;
    this.#name = name;
  }

  static async open(service: Service, name: string): Promise<RuleRunner> {
    const device = await service.device(`actor.${name}`, { auth: { subscribe: 'none' } });
    return new RuleRunner(service, device, name);
  }

  close(): void {
    this.#device.socket.disconnect();
  }

  user(part: 'owner' | 'actor' | 'target'): string {
    return `${part}.${this.#name}`;
  }
  targetOf({ target }: Cell): string {
    return this.user(target === 'self' || target === null ? 'actor' : 'target');
  }

  /**
   * A new group in which actor and target stand as the cell says, with a link, and a message of its creator, if one of the
   * operations needs it.
   */
  async arrange({ groupType, actor, target }: Cell, operations: readonly string[]): Promise<void> {
    groups += 1;
    this.#groupId = `cell:${groups}`;
    this.#link = noLink;
    if (groupType === 'none') return;
    const creator = actor === 'last_admin' ? 'actor' : target === 'last_admin' ? 'target' : 'owner';
    const creatorId = this.user(creator);
    await done(this.#service.plenum.groups.create({ groupId: this.#groupId, groupType, creatorId }));
    this.#messageId = 'e-1';
    if (actor !== 'service') await this.#seat(this.user('actor'), actor);
    if (target !== null && target !== 'self') await this.#seat(this.user('target'), target);
    if (operations.some(isOnLink)) {
      const link = await this.#service.plenum.groups.createInviteLink({ groupId: this.#groupId });
      if (!link.ok) throw new Error('not arranged: the service could not make a link');
      this.#link = link.result;
    }
    if (!operations.some(isOnMessage)) return;
    const sent = await this.#service.plenum.send(this.#groupId, creatorId, 'hello');
    if (!sent.ok) throw new Error('not arranged: the creator could not send');
    this.#messageId = sent.result.message_id;
  }

  async ask(cell: Cell, door: Door): Promise<Tried> {
    const request = this.#requestOf(cell);
    if (door === 'hosted') await this.#service.plenum.subscribe(this.#groupId, { onMessage: () => {} });
    if (door === 'socket' || door === 'hosted') {
      const answer = await this.#device.request(request.type, request.args);
      return answer.success
        ? triedOf(request, answer.result)
        : { verdict: answer.code, result: { ...answer } };
    }
    return this.#askByRest(cell, request, door);
  }

  async state(cell: Cell): Promise<GroupState> {
    const { groups: api } = this.#service.plenum;
    const groupId = this.#groupId;
    const [info, log, ban] = await Promise.all([
      api.info({ groupId, includeMembers: true }),
      this.#service.rest('GET', `/v1/groups/${groupId}/messages?after=0&limit=200`),
      api.explain({ groupId, userId: this.targetOf(cell), action: 'join' }),
    ]);
    const target = info.ok ? info.result.members?.[this.targetOf(cell)] : undefined;
    const isBanned = ban.ok && ban.result.code === 'banned';
    return {
      info,
      log: { ...log.body, request_id: undefined },
      target: isBanned ? 'banned' : (target ?? 'none'),
    };
  }

  async #seat(userId: string, standing: Standing): Promise<void> {
    const { groups: api } = this.#service.plenum;
    const one = { groupId: this.#groupId, userId };
    if (standing === 'outsider' || standing === 'last_admin') return;
    if (standing === 'banned') return done(api.ban(one));
    if (standing === 'invited') return done(api.invite(one));
    if (standing === 'pending') return done(api.join(one));
    await done(api.join({ ...one, admit: true }));
    if (standing === 'muted') await done(api.mute(one));
    if (standing === 'admin' || standing === 'moderator') {
      await done(api.promote({ ...one, role: standing }));
    }
  }

  #requestOf(cell: Cell): Request {
    const group_id = this.#groupId;
    const [type = '', action] = cell.operation.split(':');
    const target = cell.target === null ? {} : { user_id: this.targetOf(cell) };
    if (type === 'explain') {
      return { type, args: { group_id, action, ...target } };
    }
    if (type === 'subscribe') return { type, args: { groups: [{ group_id }] } };
    if (type === 'add') return { type: 'change_members', args: { group_id, add: [target] } };
    if (type === 'remove') {
      return { type: 'change_members', args: { group_id, remove: [this.targetOf(cell)] } };
    }
    if (type === 'admit') return { type: 'join_group', args: { group_id, status: 'active' } };
    const own: Readonly<Record<string, Args>> = {
      create_group: { group_type: 'public' },
      update_group: { max_members: 9 },
      relay_msg: { message: 'hello', ...(action === undefined ? {} : { ephemeral: true }) },
      mute_member: action === undefined ? {} : { for_ms: 3_600_000 },
      promote_member: action === undefined ? {} : { role: action },
      edit_message: { message: 'edited' },
      append_message: { text: ' more' },
      react: { reaction: '👍' },
      join_group: action === undefined ? {} : { invite: this.#link.code },
      revoke_invite_link: { link_id: this.#link.link_id },
    };
    if (type === 'preview_invite') return { type, args: { code: this.#link.code } };
    const named = isOnMessage(type) ? { message_id: this.#messageId } : {};
    return { type, args: { group_id, ...named, ...own[type], ...(takesTarget(type) ? target : {}) } };
  }

  async #askByRest(cell: Cell, { type, args }: Request, door: 'rest' | 'behalf'): Promise<Tried> {
    const isService = cell.actor === 'service';
    const userId = cell.operation === 'admit' ? this.targetOf(cell) : this.user('actor');
    const named = door === 'behalf' && takesActor(type) ? { actor_id: userId } : {};
    const { method, path, body } = restCall(type, { ...args, ...named }, userId);
    const token = isService || door === 'behalf' ? adminToken : await tokenOf(userId);
    const answer = await this.#service.rest(method, path, { token, body });
    if (answer.status < 300) return triedOf({ type }, answer.body);
    const code = String(answer.body['code']);
    const due = Object.entries(errors).find(([name]) => name === code)?.[1].http;
    return { verdict: answer.status === due ? code : `${code} as ${answer.status}`, result: answer.body };
  }
}

/** Routes that read use the identity of the bearer: no user can read for another. */
export const hasBehalf = ({ operation, actor }: Cell): boolean =>
  actor !== 'service' &&
  ![
    ...['history', 'list_members', 'list_bans', 'list_invites', 'get_group_info', 'get_message'],
    ...['list_invite_links', 'preview_invite'],
  ].includes(operation) &&
  !isExplain(operation);
export const isExplain = (operation: string): boolean => operation.startsWith('explain:');
const takesTarget = (type: string): boolean =>
  type.endsWith('_member') || ['revoke_invite', 'transfer_group'].includes(type);
const takesActor = (type: string): boolean =>
  takesTarget(type) ||
  ['update_group', 'delete_group', 'create_invite_link', 'revoke_invite_link'].includes(type) ||
  (isOnMessage(type) && type !== 'get_message');
const isOnLink = (operation: string): boolean =>
  ['join_group:link', 'revoke_invite_link', 'preview_invite'].includes(operation);
const isOnMessage = (type: string): boolean => type.endsWith('_message') || type === 'react';

function triedOf({ type }: Pick<Request, 'type'>, result: Readonly<Record<string, unknown>>): Tried {
  return { verdict: verdictOf(type, result), result };
}

function verdictOf(type: string, result: Readonly<Record<string, unknown>>): string {
  switch (type) {
    case 'join_group':
      return `done: ${result['status']}`;
    case 'get_group_info':
      return 'counts' in result
        ? 'done: all of it'
        : `done: ${Object.keys(result).sort().join() === 'group_id,group_type,me' ? 'own status only' : 'too much'}`;
    case 'explain':
      return result['allowed'] === true ? 'done' : String(result['code']);
    case 'change_members': {
      const [one] = [result['added'], result['removed']].flat();
      const { code, status } = Object(one);
      return code ?? (status === 'none' ? 'done' : `done: ${status}`);
    }
    case 'subscribe': {
      const [one] = Array.isArray(result['groups']) ? result['groups'] : [];
      return one?.code === undefined ? 'done' : String(one.code);
    }
    default:
      return 'done';
  }
}
