/** What all hooks below one provider share: the client, its user, and what is observed, by group. */
import { type Client, type Clock, type Status, systemClock } from '@plenum/client';
import { GroupWatch, noGroup } from './group.ts';
import { type GroupsState, GroupsWatch, noGroups } from './groups.ts';
import { ReadMarks } from './marks.ts';
import { type MemberStatus, type MembersState, MembersWatch, noMembers } from './members.ts';
import { MessagesWatch, noMessages } from './messages.ts';
import { type Changed, Observed, type Watch } from './observed.ts';
import { noPresence, PresenceWatch } from './presence.ts';
import { noTyping, TypingWatch } from './typing.ts';
import type { WatchDeps } from './watch-deps.ts';

export interface ObservedClientOptions {
  readonly client: Client;
  /** The user of the tokens. */
  readonly userId: string;
  /** True: the provider has made the client, so it connects and closes it. */
  readonly isOwn: boolean;
  /** True: the device receives only the groups that it asks for, so what is observed is asked for. */
  readonly isOnDemand: boolean;
  readonly clock?: Clock;
}

const statusOfServer: Status = { state: 'idle' };

export class ObservedClient {
  readonly client: Client;
  readonly userId: string;
  /** The list of all groups. */
  readonly groups: Observed<GroupsState, GroupsWatch>;
  readonly #options: ObservedClientOptions;
  readonly #clock: Clock;
  /** How many watches each group has. */
  readonly #watched = new Map<string, number>();
  readonly #marks = new ReadMarks();
  readonly #all: { close(): void }[] = [];
  #holders = 0;

  constructor(options: ObservedClientOptions) {
    this.#options = options;
    this.client = options.client;
    this.userId = options.userId;
    this.#clock = options.clock ?? systemClock;
    const open = (changed: Changed) => new GroupsWatch(this.#deps(changed));
    this.groups = new Observed<GroupsState, GroupsWatch>({ initial: noGroups, clock: this.#clock, open });
    this.#all.push(this.groups);
  }

  readonly group = this.#byGroup(noGroup, (deps) => new GroupWatch(deps));
  readonly messages = this.#byGroup(noMessages, (deps) => new MessagesWatch(deps));
  readonly #membersBy = {
    all: this.#byGroup(noMembers, (deps) => new MembersWatch(deps, null)),
    active: this.#byGroup(noMembers, (deps) => new MembersWatch(deps, 'active')),
    pending: this.#byGroup(noMembers, (deps) => new MembersWatch(deps, 'pending')),
    muted: this.#byGroup(noMembers, (deps) => new MembersWatch(deps, 'muted')),
  };
  readonly presence = this.#byGroup(noPresence, (deps) => new PresenceWatch(deps));
  readonly typing = this.#byGroup(noTyping, (deps) => new TypingWatch(deps));

  readonly status = {
    subscribe: (listener: () => void) => this.client.on('status', listener),
    getState: (): Status => this.client.status,
    getInitial: (): Status => statusOfServer,
  };

  members(
    groupId: string | null,
    status: MemberStatus | 'all' = 'all',
  ): Observed<MembersState, MembersWatch> {
    return this.#membersBy[status](groupId);
  }

  /**
   * Connects an own client. @returns a function that closes it, a microtask after the last holder has called it, and ends
   * everything that is observed
   */
  hold(): () => void {
    this.#holders += 1;
    if (this.#options.isOwn) this.client.connect().catch(() => undefined);
    return () => {
      this.#holders -= 1;
      queueMicrotask(() => {
        if (this.#holders > 0) return;
        for (const observed of this.#all) observed.close();
        if (this.#options.isOwn) this.client.close();
      });
    };
  }

  /** @returns what is observed of a group: always the same object for a group. Null: of no group, which never changes */
  #byGroup<S extends object, W extends Watch<S>>(initial: S, openWatch: (deps: WatchDeps) => W) {
    const byId = new Map<string | null, Observed<S, W>>();
    return (groupId: string | null): Observed<S, W> => {
      const known = byId.get(groupId);
      if (known !== undefined) return known;
      const clock = this.#clock;
      const open = groupId === null ? null : (changed: Changed) => this.#open(groupId, openWatch, changed);
      const attach = groupId === null || !this.#options.isOnDemand ? undefined : () => this.#ask(groupId);
      const observed = new Observed<S, W>({ initial, clock, open, attach });
      byId.set(groupId, observed);
      this.#all.push(observed);
      return observed;
    };
  }

  #open<W extends Watch<object>>(groupId: string, openWatch: (deps: WatchDeps) => W, changed: Changed): W {
    return openWatch({ ...this.#deps(changed), groupId });
  }

  #deps(changed: Changed): Omit<WatchDeps, 'groupId'> {
    const { client, userId } = this;
    return { client, userId, clock: this.#clock, changed, marks: this.#marks };
  }

  /** Receives the group while it has a watch. @returns what ends that */
  #ask(groupId: string): () => void {
    const count = this.#watched.get(groupId) ?? 0;
    this.#watched.set(groupId, count + 1);
    if (count === 0) this.client.subscribe(groupId).catch(() => undefined);
    return () => {
      const left = (this.#watched.get(groupId) ?? 1) - 1;
      this.#watched.set(groupId, left);
      if (left > 0) return;
      this.#watched.delete(groupId);
      this.client.unsubscribe(groupId).catch(() => undefined);
    };
  }
}
