/** A group in a state that a test needs, made by the library, so that only the request under test goes through a door. */
import type { GroupType, Posting } from '@plenum/protocol';
import type { Service } from '../cluster/service.ts';

interface Failable {
  readonly ok: boolean;
}

interface Settings {
  readonly maxMembers?: number;
  readonly posting?: Posting;
  readonly slowModeMs?: number;
  readonly editWindowMs?: number;
}

let scenes = 0;

/** An arrangement that is refused ends the test. */
async function done(step: Promise<Failable>): Promise<void> {
  const outcome = await step;
  if (!outcome.ok) throw new Error(`not arranged: ${JSON.stringify(outcome)}`);
}

export class GroupScene {
  readonly service: Service;
  readonly groupId: string;
  readonly #number: number;

  constructor(service: Service) {
    scenes += 1;
    this.#number = scenes;
    this.service = service;
    this.groupId = `room:${scenes}`;
  }

  /** Users are this scene's own: `ann` of another scene is another user. */
  user(name: string): string {
    return `${name}.${this.#number}`;
  }

  /** By `owner`. */
  async create(groupType: GroupType, settings: Settings = {}): Promise<this> {
    const { groupId, service } = this;
    const creatorId = this.user('owner');
    await done(service.plenum.groups.create({ groupId, groupType, creatorId, ...settings }));
    return this;
  }
  async applicant(name: string): Promise<this> {
    const { groupId, service } = this;
    await done(service.plenum.groups.join({ groupId, userId: this.user(name) }));
    return this;
  }
  async member(name: string): Promise<this> {
    const { groupId, service } = this;
    await done(service.plenum.groups.join({ groupId, userId: this.user(name), admit: true }));
    return this;
  }
  async moderator(name: string): Promise<this> {
    await this.member(name);
    const { groupId, service } = this;
    await done(service.plenum.groups.promote({ groupId, userId: this.user(name), role: 'moderator' }));
    return this;
  }
  async muted(name: string, forMs?: number): Promise<this> {
    await this.member(name);
    const { groupId, service } = this;
    const timed = forMs === undefined ? {} : { forMs };
    await done(service.plenum.groups.mute({ groupId, userId: this.user(name), ...timed }));
    return this;
  }
  async banned(name: string): Promise<this> {
    const { groupId, service } = this;
    await done(service.plenum.groups.ban({ groupId, userId: this.user(name) }));
    return this;
  }
  /** An invite link by the service. @returns its code */
  async link(settings: { readonly maxUses?: number; readonly forMs?: number } = {}): Promise<string> {
    const { service, groupId } = this;
    const made = await service.plenum.groups.createInviteLink({ groupId, ...settings });
    if (!made.ok) throw new Error(made.failure.code);
    return made.result.code;
  }

  async invited(name: string): Promise<this> {
    const { groupId, service } = this;
    await done(service.plenum.groups.invite({ groupId, userId: this.user(name) }));
    return this;
  }
  async sent(name: string, message: string, requestId?: string): Promise<this> {
    const named = requestId === undefined ? {} : { requestId };
    await done(this.service.plenum.send(this.groupId, this.user(name), message, named));
    return this;
  }

  /** Head, counts and members, or that there is no such group. */
  state(): Promise<object> {
    return this.service.plenum.groups.info({ groupId: this.groupId, includeMembers: true });
  }
}
