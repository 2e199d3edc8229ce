/** A group as its user has it: settings, the own membership, and what is unread. */
import type { ClientEvents, FailureBody, GroupEvent, GroupInfo } from '@plenum/client';
import type { Watch } from './observed.ts';
import { UnreadWatch } from './unread.ts';
import { GroupListeners, type WatchDeps } from './watch-deps.ts';

type OwnMembership = NonNullable<GroupInfo['me']>;

export interface GroupState {
  /** Settings, `metadata` and counts; the counts are those of the last read. Null: not known, or there is no such group. */
  readonly info: GroupInfo | null;
  /** `none`: no member, or no group. Null: not known yet. */
  readonly status: OwnMembership['status'] | null;
  readonly roles: readonly OwnMembership['roles'][number][];
  /** Null: not known yet, or the user does not receive the group. */
  readonly unread: number | null;
  /** The `seq` up to which the user has read: what is new begins above it. Null: as `unread`. */
  readonly readSeq: number | null;
  readonly isLoading: boolean;
  /** Why the group could not be read; null: it could. */
  readonly failure: FailureBody | null;
}

export const noGroup: GroupState = {
  info: null,
  status: null,
  roles: [],
  unread: null,
  readSeq: null,
  isLoading: false,
  failure: null,
};

type Known = Omit<GroupState, 'unread' | 'readSeq' | 'isLoading'>;
const gone = { info: null, status: 'none', roles: [] } as const;

const receives = (status: string | null): boolean => status === 'active' || status === 'muted';

export class GroupWatch implements Watch<GroupState> {
  readonly unread: UnreadWatch;
  readonly #deps: WatchDeps;
  readonly #listeners: GroupListeners;
  #known: Known = noGroup;
  #isLoading = false;
  /** Something happened while the group was read: it is read again. */
  #isStale = false;
  /** The epoch in which entries come; null: none came. */
  #epoch: string | null = null;
  #isClosed = false;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.unread = new UnreadWatch(deps);
    this.#listeners = new GroupListeners(deps);
    this.#listeners.on('membership', (push) => this.#onMembership(push));
    this.#listeners.on('event', (event) => this.#onEvent(event));
    this.#listeners.on('begin', ({ epoch }) => {
      this.#epoch = epoch;
      if (!this.#isLoading && this.#isOfOtherLog) this.#load();
    });
    this.#listeners.on('resync', ({ from_seq }) => {
      if (from_seq !== null) this.#load();
    });
    this.#listeners.onConnected(() => this.#load());
  }

  read(): GroupState {
    const { info, status, roles, failure } = this.#known;
    return { info, status, roles, ...this.unread.read(), isLoading: this.#isLoading, failure };
  }

  reload(): void {
    this.#load();
  }

  close(): void {
    this.#isClosed = true;
    this.unread.close();
    this.#listeners.close();
  }

  get #isOfOtherLog(): boolean {
    return this.#epoch !== null && this.#known.info?.epoch !== this.#epoch;
  }

  #load(): void {
    if (this.#isLoading) this.#isStale = true;
    else this.#read().catch(() => undefined);
  }

  async #read(): Promise<void> {
    const { client, groupId, changed } = this.#deps;
    this.#isLoading = true;
    changed('soon');
    let isAgain = true;
    while (isAgain) {
      this.#isStale = false;
      const epoch = this.#epoch;
      const info = await client.groupInfo(groupId);
      if (this.#isClosed) return;
      if (info.ok) {
        const { status = 'none', roles = [] } = info.result.me ?? {};
        this.#set({ info: info.result, status, roles, failure: null });
      } else {
        const isGone = info.failure.code === 'group_not_found';
        this.#set({ ...this.#known, ...(isGone ? gone : {}), failure: info.failure });
        this.#listeners.onFailure(info.failure, () => this.#load());
      }
      // Another log has begun meanwhile: it is read once.
      isAgain = this.#isStale || (this.#epoch !== epoch && this.#isOfOtherLog);
    }
    this.#isLoading = false;
    if (receives(this.#known.status)) this.unread.load();
    else this.unread.forget();
    changed('soon');
  }

  #onMembership({ status, roles }: ClientEvents['membership']): void {
    const hadStatus = this.#known.status;
    this.#set({ ...this.#known, status, roles });
    // A reader gets other fields than an outsider.
    if (receives(status) !== receives(hadStatus)) this.#load();
    this.#deps.changed('soon');
  }

  #onEvent({ type, seq, changes }: GroupEvent): void {
    const { info } = this.#known;
    if (type === 'updated' && this.#isLoading) this.#isStale = true;
    else if (type === 'updated' && info !== null && seq > (info.seq ?? 0)) {
      this.#set({ ...this.#known, info: { ...info, ...changes, seq } });
    } else if (type === 'deleted') {
      this.#set({ ...this.#known, ...gone });
      this.unread.forget();
    }
    this.#deps.changed('soon');
  }

  #set(state: Known): void {
    this.#known = state;
  }
}
