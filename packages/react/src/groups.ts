/** The groups of the user, read when the client has connected, and again after changes of the user's own memberships. */
import type { ClientEvents, FailureBody, RequestResult } from '@plenum/client';
import type { ReadMark } from './marks.ts';
import type { Watch } from './observed.ts';
import type { WatchDeps } from './watch-deps.ts';

/** With the user's status and roles, and what is unread. */
export type ListedGroup = RequestResult<'list_groups'>['groups'][number];

export interface GroupsState {
  /** By group id. Null: not known yet. A group is the same object until it changes. */
  readonly groups: readonly ListedGroup[] | null;
  readonly isLoading: boolean;
  /** Why the groups could not be read; null: they could. */
  readonly failure: FailureBody | null;
}

export const noGroups: GroupsState = { groups: null, isLoading: false, failure: null };

const pageSize = 200;
/** Changes that come together are read together, ms. */
const gatherMs = 50;
/** Pause before a read that may succeed later is asked again, ms. */
const againMs = 2000;

export class GroupsWatch implements Watch<GroupsState> {
  readonly #deps: Omit<WatchDeps, 'groupId'>;
  readonly #stops: readonly (() => void)[];
  #state: GroupsState = noGroups;
  #cancelRead = () => {};
  #reads = 0;

  constructor(deps: Omit<WatchDeps, 'groupId'>) {
    const { client, userId, marks } = deps;
    this.#deps = deps;
    this.#stops = [
      client.on('status', ({ state }) => state === 'connected' && this.#readIn(0)),
      client.on('membership', () => this.#readIn(gatherMs)),
      client.on('event', ({ type, user_id, members }) => {
        const isOwn = user_id === userId || members?.some((member) => member.user_id === userId) === true;
        if (isOwn || type === 'deleted') this.#readIn(gatherMs);
      }),
      client.on('resync', () => this.#readIn(gatherMs)),
      client.on('message', (message) => this.#onMessage(message)),
      client.on('read', (mark) => this.#onMark(mark)),
      marks.on((mark) => this.#onMark(mark)),
    ];
    if (client.status.state === 'connected') this.#readIn(0);
  }

  read(): GroupsState {
    return this.#state;
  }

  reload(): Promise<void> {
    this.#cancelRead();
    return this.#read();
  }

  close(): void {
    this.#reads += 1;
    this.#cancelRead();
    for (const stop of this.#stops) stop();
  }

  #readIn(delayMs: number): void {
    this.#cancelRead();
    this.#cancelRead = this.#deps.clock.after(delayMs, () => {
      this.#read().catch(() => undefined);
    });
  }

  async #read(): Promise<void> {
    this.#reads += 1;
    const own = this.#reads;
    this.#set({ ...this.#state, isLoading: true });
    const groups: ListedGroup[] = [];
    let cursor: string | null = null;
    do {
      const page = await this.#readPage(cursor);
      if (own !== this.#reads) return;
      if (!page.ok) {
        this.#set({ ...this.#state, isLoading: false, failure: page.failure });
        if (page.failure.can_retry) this.#readIn(againMs);
        return;
      }
      groups.push(...page.result.groups);
      cursor = page.result.next_cursor;
    } while (cursor !== null);
    this.#set({ groups: this.#kept(groups.sort(byId)), isLoading: false, failure: null });
  }

  #readPage(cursor: string | null) {
    const more = cursor === null ? {} : { cursor };
    return this.#deps.client.request('list_groups', { limit: pageSize, ...more });
  }

  /** A group that is as it was stays the same object. */
  #kept(groups: readonly ListedGroup[]): readonly ListedGroup[] {
    const before = new Map(this.#state.groups?.map((group) => [group.group_id, group]));
    return groups.map((group) => {
      const known = before.get(group.group_id);
      return known !== undefined && JSON.stringify(known) === JSON.stringify(group) ? known : group;
    });
  }

  #onMessage({ group_id, seq, from_user_id, ...entry }: ClientEvents['message']): void {
    const { userId } = this.#deps;
    if (entry.message === undefined) return;
    // The sender of a message has read up to it.
    if (from_user_id === userId) {
      this.#change(group_id, (group) => ({ ...group, read_seq: seq, unread: 0, unread_mentions: 0 }));
      return;
    }
    const isMention = entry.mentions?.some((user) => user === userId) === true;
    this.#change(group_id, (group) =>
      seq <= (group.read_seq ?? 0)
        ? group
        : {
            ...group,
            unread: (group.unread ?? 0) + 1,
            unread_mentions: (group.unread_mentions ?? 0) + (isMention ? 1 : 0),
          },
    );
  }

  #onMark({ group_id, read_seq, unread }: ReadMark): void {
    this.#change(group_id, (group) =>
      group.read_seq === read_seq && group.unread === unread
        ? group
        : { ...group, read_seq, unread, ...(unread === 0 ? { unread_mentions: 0 } : {}) },
    );
  }

  #change(groupId: string, change: (group: ListedGroup) => ListedGroup): void {
    const { groups } = this.#state;
    if (groups === null) return;
    const changed = groups.map((group) => (group.group_id === groupId ? change(group) : group));
    if (changed.some((group, at) => group !== groups[at])) this.#set({ ...this.#state, groups: changed });
  }

  #set(state: GroupsState): void {
    this.#state = state;
    this.#deps.changed('soon');
  }
}

const byId = (a: ListedGroup, b: ListedGroup) => (a.group_id < b.group_id ? -1 : 1);
