/** One of the two engines in a run. Its results are made comparable by `Abstraction`. */
import type {
  AppendOutcome,
  ChangeOutcome,
  Engine,
  InviteLink,
  LogHead,
  MemberRecord,
  MembersChanged,
  MessageDraft,
  MessageOutcome,
  MessageTarget,
  NotificationSetting,
  PushOutcome,
  ReadPosition,
} from '@plenum/core';
import { groupIdSchema, type UserId } from '@plenum/protocol';
import type { EngineHarness } from '../scene/engine-harness.ts';
import { Abstraction } from './abstraction.ts';
import { groupNames, userNames } from './cast.ts';
import { type Attempt, idOfTarget, isMessageCommand, targetIn } from './message-asks.ts';

/** The answer to any attempt. */
export type Answer = ChangeOutcome | AppendOutcome | PushOutcome | MembersChanged | MessageOutcome;

/** Two links may be made in one ms. */
const byId = (a: InviteLink, b: InviteLink): number => (a.linkId < b.linkId ? -1 : 1);

export class Side {
  readonly #harness: EngineHarness;
  /** Prefix of the ids of this run's groups: one engine serves many runs, and their groups are separate. */
  readonly #run: string;
  readonly #abstraction = new Abstraction();

  constructor(harness: EngineHarness, run: string) {
    this.#harness = harness;
    this.#run = run;
  }

  get #engine(): Engine {
    return this.#harness.engine;
  }

  advance(ms: number): Promise<void> {
    return this.#harness.advance(ms);
  }

  /** @returns the answer of the engine; `seen` makes it comparable */
  ask(attempt: Attempt): Promise<Answer> {
    const groupId = this.#idOf(attempt.groupId);
    if (isMessageCommand(attempt)) {
      const target = this.#abstraction.realTarget(attempt.target);
      return this.#engine.messageChanges.change({ ...attempt, groupId, target });
    }
    if ('part' in attempt) return this.#engine.groups.changeMembers({ ...attempt, groupId });
    if ('operation' in attempt) return this.#engine.groups.change({ ...attempt, groupId });
    const draft = { ...attempt, groupId, extras: this.#realExtras(attempt.extras) };
    return draft.isEphemeral === true
      ? this.#engine.log.sendEphemeral(draft)
      : this.#engine.log.append(draft);
  }

  /** @param forMs from the creation of the group on; null: the level does not end */
  async setLevel(
    name: string,
    userId: UserId,
    { level, forMs }: Pick<NotificationSetting, 'level'> & { readonly forMs: number | null },
  ): Promise<object> {
    const { groups, notificationLevels } = this.#engine;
    const groupId = this.#idOf(name);
    const { createdAtMs = 0 } = (await groups.group(groupId)) ?? {};
    const untilMs = forMs === null ? null : createdAtMs + forMs;
    const answer = await notificationLevels.set(groupId, userId, { level, untilMs });
    return answer.type === 'refused' ? this.seen(answer) : this.#abstraction.level(answer.setting);
  }

  async mark(name: string, userId: UserId, position: ReadPosition): Promise<object> {
    const answer = await this.#engine.readMarks.mark(this.#idOf(name), userId, position);
    return answer.type === 'refused' ? this.seen(answer) : { ...answer, epoch: null };
  }

  seen(outcome: Answer): object {
    return this.#abstraction.outcome(outcome);
  }

  target(target: MessageTarget): MessageTarget {
    return this.#abstraction.target(target);
  }

  async member(name: string, userId: UserId): Promise<MemberRecord | null> {
    return (await this.#engine.groups.position(this.#idOf(name), userId))?.member ?? null;
  }

  async isInvited(name: string, userId: UserId): Promise<boolean> {
    return ((await this.#engine.groups.position(this.#idOf(name), userId))?.invite ?? null) !== null;
  }

  /** @returns the head of the log, also of a deleted group */
  async head(name: string): Promise<LogHead | null> {
    return (await this.#engine.groups.position(this.#idOf(name), null))?.head ?? null;
  }

  /** @returns settings, counts and head of a group; null if there is none */
  async group(name: string): Promise<ReturnType<Abstraction['group']>> {
    const group = await this.#engine.groups.group(this.#idOf(name));
    return this.#abstraction.group(group && { ...group, groupId: groupIdSchema.parse(name) });
  }

  /** Reads everything about this run's groups and their users. */
  async everything(): Promise<object> {
    const { groups } = this.#engine;
    const listed = await groups.list({ prefix: this.#run, cursor: null, limit: 10 });
    const memberships = userNames.map((userId) =>
      groups.memberships(userId, { cursor: this.#run, limit: 10 }),
    );
    return {
      groups: await Promise.all(groupNames.map((name) => this.#contents(name))),
      listed: listed.rows.map((groupId) => this.#nameOf(groupId)),
      memberships: (await Promise.all(memberships)).map(({ rows }) =>
        rows.map((row) => `${this.#nameOf(row.groupId)}: ${row.member?.status ?? 'invited'}`),
      ),
    };
  }

  async #contents(name: string): Promise<object> {
    const { groups, log } = this.#engine;
    const groupId = this.#idOf(name);
    const [group, members, pins, marks, levels, ranges, links, ...positions] = await Promise.all([
      this.group(name),
      groups.members(groupId, { cursor: null, limit: 200, status: null }),
      this.#engine.messageChanges.pins(groupId),
      Promise.all(userNames.map((userId) => this.#engine.readMarks.of(groupId, userId))),
      this.#engine.notificationLevels.among(groupId, userNames),
      Promise.all([null, ...userNames].map((reader) => log.after(groupId, 0, 1000, reader))),
      groups.links(groupId),
      ...userNames.map((userId) => groups.position(groupId, userId)),
    ]);
    return {
      group,
      logs: ranges.map((range) =>
        range?.entries.map((entry) => this.#abstraction.entry(entry).replace(groupId, name)),
      ),
      pins: pins.map(({ seq, pinnedBy }) => ({ seq, pinnedBy })),
      marks: marks.map((mark) => this.#abstraction.mark(mark)),
      levels: [...levels].sort(([a], [b]) => (a < b ? -1 : 1)),
      members: members?.rows.map((row) => this.#abstraction.member(row)),
      links: links?.toSorted(byId).map((link) => this.#abstraction.link(link)),
      positions: positions.map((position) => this.#abstraction.position(position)),
    };
  }

  /** @returns who reacted to each message, and the message alone, as one user reads it */
  async messages(name: string, targets: readonly MessageTarget[]): Promise<readonly unknown[]> {
    const groupId = this.#idOf(name);
    const { messageChanges } = this.#engine;
    const all = { reactionKey: null, cursor: null, limit: 200 };
    return Promise.all(
      targets.map(async (named) => {
        const target = this.#abstraction.realTarget(named);
        const [found, reactors] = await Promise.all([
          messageChanges.get(groupId, target, userNames[1] ?? null),
          messageChanges.reactions(groupId, { target, ...all }),
        ]);
        const entry = found?.entry ?? null;
        return { reactors, entry: entry && this.#abstraction.entry(entry).replace(groupId, name) };
      }),
    );
  }

  #realExtras(extras: MessageDraft['extras']): MessageDraft['extras'] {
    const target = extras?.replyTo == null ? null : targetIn(extras.replyTo);
    if (extras === undefined || target === null) return extras;
    return { ...extras, replyTo: idOfTarget(this.#abstraction.realTarget(target)) };
  }

  #idOf(name: string) {
    return groupIdSchema.parse(`${this.#run}.${name}`);
  }

  #nameOf(groupId: string): string {
    return groupId.slice(this.#run.length + 1);
  }
}
