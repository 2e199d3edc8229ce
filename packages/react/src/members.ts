/** The members of a group: pages of the list, and the entries that change it, applied to what was read before them. */
import type { FailureBody, GroupEvent, RequestResult } from '@plenum/client';
import type { Watch } from './observed.ts';
import { GroupListeners, type WatchDeps } from './watch-deps.ts';

/** Whether a member is online is in the state of presence, which is kept up to date. */
export type ListedMember = Omit<RequestResult<'list_members'>['members'][number], 'online' | 'user_id'> & {
  readonly user_id: string;
};

export type MemberStatus = ListedMember['status'];

export interface MembersState {
  /** In the order in which they came. A member is the same object until it changes. */
  readonly members: readonly ListedMember[];
  /** True: the list goes further, `loadMore` reads the next page. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Why the last page could not be read; null: it could. */
  readonly failure: FailureBody | null;
}

export const noMembers: MembersState = { members: [], hasMore: false, isLoading: false, failure: null };

const pageSize = 200;
const plain: ListedMember['roles'] = ['member'];

export class MembersWatch implements Watch<MembersState> {
  readonly #deps: WatchDeps;
  readonly #listeners: GroupListeners;
  /** Only members of this status are listed; null: all. */
  readonly #status: MemberStatus | null;
  #members: readonly ListedMember[] = [];
  #cursor: string | null = null;
  #isLoaded = false;
  /** Entries that came while a page was read, which may have been read before or after them; null: none is read. */
  #meanwhile: GroupEvent[] | null = null;
  /** Counts what makes a page useless that was asked for before it. */
  #breaks = 0;
  #failure: FailureBody | null = null;

  constructor(deps: WatchDeps, status: MemberStatus | null) {
    this.#deps = deps;
    this.#status = status;
    this.#listeners = new GroupListeners(deps);
    this.#listeners.on('event', (event) => this.#onEvent(event));
    this.#listeners.on('begin', () => this.#loadAnew());
    this.#listeners.on('resync', () => this.#loadAnew());
    this.#listeners.on('membership', ({ type }) => {
      if (type === 'joined' || type === 'accepted' || type === 'members_changed') this.#loadAnew();
    });
    this.#listeners.onConnected(() => {
      if (!this.#isLoaded) this.#loadAnew();
    });
  }

  read(): MembersState {
    return {
      members: this.#members,
      hasMore: this.#cursor !== null,
      isLoading: this.#meanwhile !== null,
      failure: this.#failure,
    };
  }

  close(): void {
    this.#breaks += 1;
    this.#listeners.close();
  }

  async loadMore(): Promise<void> {
    if (this.#isLoaded && this.#cursor !== null && this.#meanwhile === null) await this.#load(this.#cursor);
  }

  /** Reads the first page, which takes the place of all pages. */
  async reload(): Promise<void> {
    this.#breaks += 1;
    await this.#load(null);
  }

  #loadAnew(): void {
    this.reload().catch(() => undefined);
  }

  async #load(cursor: string | null): Promise<void> {
    const { client, groupId: group_id, changed } = this.#deps;
    const breaks = this.#breaks;
    const meanwhile: GroupEvent[] = [];
    this.#meanwhile = meanwhile;
    changed('soon');
    const status = this.#status === null ? {} : { status: this.#status };
    const args = { group_id, limit: pageSize, ...status, ...(cursor === null ? {} : { cursor }) };
    const page = await client.request('list_members', args);
    if (breaks !== this.#breaks) return;
    this.#meanwhile = null;
    this.#failure = page.ok ? null : page.failure;
    if (page.ok) {
      const rows = page.result.members.map(({ online: _, ...member }): ListedMember => member);
      const known = new Set(rows.map(({ user_id }) => user_id));
      const before = cursor === null ? [] : this.#members.filter(({ user_id }) => !known.has(user_id));
      this.#members = [...before, ...rows];
      this.#cursor = page.result.next_cursor;
      this.#isLoaded = true;
      for (const event of meanwhile) this.#apply(event);
    } else {
      if (cursor === null) this.#isLoaded = false;
      this.#listeners.onFailure(page.failure, () => {
        this.#load(cursor).catch(() => undefined);
      });
    }
    changed('soon');
  }

  #onEvent(event: GroupEvent): void {
    this.#meanwhile?.push(event);
    this.#apply(event);
    this.#deps.changed('soon');
  }

  #apply(event: GroupEvent): void {
    const { type, user_id: userId, timestamp, roles, note } = event;
    switch (type) {
      case 'joined':
      case 'accepted':
      case 'requested':
        this.#put(userId, {
          status: type === 'requested' ? 'pending' : 'active',
          roles: roles ?? plain,
          joined_at: timestamp,
          ...(note === undefined ? {} : { note }),
        });
        break;
      case 'muted':
      case 'unmuted':
        this.#change(userId, { status: type === 'muted' ? 'muted' : 'active' });
        break;
      case 'promoted':
      case 'demoted':
        if (roles !== undefined) this.#change(userId, { roles });
        break;
      case 'left':
      case 'kicked':
      case 'banned':
      case 'rejected':
      case 'request_expired':
        this.#remove(userId);
        break;
      case 'members_changed':
        for (const { user_id, status, roles: given = plain } of event.members ?? []) {
          if (status === 'none') this.#remove(user_id);
          else this.#put(user_id, { status, roles: given, joined_at: timestamp });
        }
        break;
      case 'deleted':
        this.#members = [];
        this.#cursor = null;
        break;
      default:
    }
  }

  /** A new member is at the end of the list: if not all pages were read, it is in one of them. */
  #put(userId: string, member: Omit<ListedMember, 'user_id'>): void {
    if (!this.#isListed(member)) this.#remove(userId);
    else if (this.#members.some(({ user_id }) => user_id === userId)) this.#change(userId, member);
    else if (this.#isLoaded && this.#cursor === null) {
      this.#members = [...this.#members, { user_id: userId, ...member }];
    }
  }

  #change(userId: string, change: Partial<ListedMember>): void {
    const { status } = change;
    if (status !== undefined && !this.#isListed({ status })) this.#remove(userId);
    // A member that is not listed comes into a list of its new status: its roles are known to the server only.
    else if (status === this.#status && !this.#members.some(({ user_id }) => user_id === userId)) {
      this.#loadAnew();
    }
    this.#members = this.#members.map((member) =>
      member.user_id === userId && !isIn(member, change) ? { ...member, ...change } : member,
    );
  }

  #isListed({ status }: Pick<ListedMember, 'status'>): boolean {
    return this.#status === null || this.#status === status;
  }

  #remove(userId: string): void {
    this.#members = this.#members.filter(({ user_id }) => user_id !== userId);
  }
}

const isIn = (member: ListedMember, change: Partial<ListedMember>): boolean =>
  Object.entries(change).every(
    ([name, value]) => JSON.stringify(Reflect.get(member, name)) === JSON.stringify(value),
  );
