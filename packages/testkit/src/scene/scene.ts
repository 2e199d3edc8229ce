/** One group on one engine: a test sends commands by name, and reads what they changed. */
import type {
  Appended,
  AppendOutcome,
  ChangeDone,
  ChangeOutcome,
  Engine,
  EngineSettings,
  GroupCommand,
  GroupRecord,
  GroupSettings,
  LogEntry,
  LogHead,
  MemberRecord,
  MemberRow,
  MembersChanged,
  MessageEntry,
  MessageOutcome,
  Position,
  PushOutcome,
  Refused,
} from '@plenum/core';
import { type GroupEvent, type GroupId, type GroupType, groupIdSchema, userIdSchema } from '@plenum/protocol';
import {
  acceptCommand,
  banCommand,
  createCommand,
  inviteCommand,
  joinCommand,
  membersCommand,
  messageDraft,
  muteCommand,
  promoteCommand,
} from '../commands.ts';
import type { Standing } from '../rules/cells.ts';
import type { EngineHarness, MakeEngine } from './engine-harness.ts';

/** The users of the suites besides the owner. */
const cast = ['guest', 'actor', 'target'];

export class Scene implements AsyncDisposable {
  readonly engine: Engine;
  readonly groupId: GroupId;
  readonly #harness: EngineHarness;

  constructor(harness: EngineHarness, groupId: string) {
    this.engine = harness.engine;
    this.groupId = groupIdSchema.parse(groupId);
    this.#harness = harness;
  }

  advance(ms: number): Promise<void> {
    return this.#harness.advance(ms);
  }

  change(command: GroupCommand): Promise<ChangeOutcome> {
    return this.engine.groups.change(command);
  }

  changeMembers(
    given: Omit<Parameters<typeof membersCommand>[0], 'groupId'>,
  ): Promise<MembersChanged | Refused> {
    return this.engine.groups.changeMembers(membersCommand({ ...given, groupId: this.groupId }));
  }

  /** A change that must succeed: it prepares a test. */
  async do(command: GroupCommand): Promise<ChangeDone> {
    return expectDone(await this.change(command));
  }

  join(userId: string): Promise<ChangeOutcome> {
    return this.change(joinCommand({ groupId: this.groupId, userId }));
  }

  send(sender: string, message = 'hello'): Promise<AppendOutcome> {
    return this.engine.log.append(messageDraft({ groupId: this.groupId, sender, message }));
  }

  async group(): Promise<GroupRecord> {
    const group = await this.engine.groups.group(this.groupId);
    if (group === null) throw new Error('the group is gone');
    return group;
  }

  async member(userId: string): Promise<MemberRecord | null> {
    return (await this.#position(userId))?.member ?? null;
  }

  async members(): Promise<readonly MemberRow[]> {
    const page = await this.engine.groups.members(this.groupId, { cursor: null, limit: 200, status: null });
    return page?.rows ?? [];
  }

  async head(): Promise<LogHead | null> {
    return (await this.engine.groups.position(this.groupId, null))?.head ?? null;
  }

  /** All entries of the log, also of a deleted group. */
  async log(): Promise<readonly LogEntry[]> {
    return (await this.engine.log.after(this.groupId, 0, 1000))?.entries ?? [];
  }

  async events(): Promise<readonly GroupEvent[]> {
    return (await this.log()).flatMap((entry) => (entry.type === 'event' ? [entry.event] : []));
  }

  async messages(): Promise<readonly MessageEntry[]> {
    return (await this.log()).filter((entry) => entry.type === 'message');
  }

  async invite(userId: string): Promise<Position['invite']> {
    return (await this.#position(userId))?.invite ?? null;
  }

  #position(userId: string): Promise<Position | null> {
    return this.engine.groups.position(this.groupId, userIdSchema.parse(userId));
  }

  async ban(userId: string): Promise<Pick<Position, 'isBanned' | 'bannedUntilMs'> | null> {
    const position = await this.#position(userId);
    return position && { isBanned: position.isBanned, bannedUntilMs: position.bannedUntilMs };
  }

  /** Everything that a refused command must not change. */
  async everything(): Promise<unknown> {
    const [group, members, log, invites, links, ...bans] = await Promise.all([
      this.group(),
      this.members(),
      this.log(),
      Promise.all(cast.map((userId) => this.invite(userId))),
      this.engine.groups.links(this.groupId),
      ...cast.map((userId) => this.ban(userId)),
    ]);
    return { group, members, log, invites, links, bans };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#harness[Symbol.asyncDispose]();
  }
}

/** Every standing except that of `owner`, the creator of the group. */
export type Seat = Exclude<Standing, 'last_admin'>;

export interface SceneOptions extends Partial<GroupSettings> {
  readonly groupType?: GroupType;
  readonly groupId?: string;
  /** The other users in the group, in the order in which they came. */
  readonly users?: Readonly<Record<string, Seat>>;
  readonly engineSettings?: Partial<EngineSettings>;
}

/** A group created by `owner`, on an engine of its own. */
export async function begin(makeEngine: MakeEngine, options: SceneOptions = {}): Promise<Scene> {
  const { groupType = 'public', groupId = 'room:one', users = {}, engineSettings, ...settings } = options;
  const scene = new Scene(await makeEngine(engineSettings), groupId);
  await scene.do(createCommand({ groupId, actor: 'owner', groupType, ...settings }));
  for (const [userId, standing] of Object.entries(users)) await seat(scene, userId, standing);
  return scene;
}

/** Gives a user this standing by the commands that lead to it; the type of the group must have the standing. */
export async function seat(scene: Scene, userId: string, standing: Seat): Promise<void> {
  const { groupId } = scene;
  if (standing === 'outsider') return;
  const onUser = { groupId, actor: 'owner', userId };
  if (standing === 'banned') {
    await scene.do(banCommand(onUser));
    return;
  }
  if (standing === 'invited') {
    await scene.do(inviteCommand(onUser));
    return;
  }
  const { status } = await scene.do(joinCommand({ groupId, userId }));
  if (standing === 'pending') return;
  if (status === 'pending') await scene.do(acceptCommand(onUser));
  if (standing === 'muted') await scene.do(muteCommand(onUser));
  if (standing === 'admin' || standing === 'moderator') {
    await scene.do(promoteCommand({ ...onUser, role: standing }));
  }
}

function expectDone(outcome: ChangeOutcome): ChangeDone {
  if (outcome.type === 'done') return outcome;
  throw new Error(`the change was refused: ${outcome.failure.code}`);
}

export function expectAppended(outcome: AppendOutcome): Appended {
  if (outcome.type === 'appended') return outcome;
  throw new Error(`the message was refused: ${outcome.failure.code}`);
}

/** How an attempt ended, in one word: `done`, or the code of its refusal. */
export const verdict = (
  outcome: ChangeOutcome | AppendOutcome | PushOutcome | MembersChanged | MessageOutcome,
): string => (outcome.type === 'refused' ? outcome.failure.code : 'done');
