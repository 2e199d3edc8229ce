/** The members of one group with their status and presence, the group's settings, and the own part in it. */
import type { GroupInfo, RequestResult } from '@plenum/protocol';
import type { Person } from '../session/person.ts';
import { Store } from '../session/store.ts';

export type MemberRow = RequestResult<'list_members'>['members'][number];

export interface MembersState {
  readonly info: GroupInfo | null;
  /** The first pages. */
  readonly members: readonly MemberRow[];
  readonly hasMore: boolean;
  readonly online: number;
}

const gatherMs = 80;
const pageSize = 100;
const ofMembers = new Set([
  ...[
    'created',
    'joined',
    'requested',
    'endorsed',
    'accepted',
    'rejected',
    'request_expired',
    'left',
    'kicked',
  ],
  ...['banned', 'muted', 'unmuted', 'promoted', 'demoted', 'updated', 'members_changed'],
]);

export class Members {
  readonly groupId: string;
  readonly state = new Store<MembersState>({ info: null, members: [], hasMore: false, online: 0 });
  readonly #person: Person;
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pages = 1;

  constructor(person: Person, groupId: string) {
    const { client } = person;
    this.#person = person;
    this.groupId = groupId;
    const isOfGroup = (push: { readonly group_id: string }) => push.group_id === groupId;
    this.#stops = [
      client.on('event', (event) => isOfGroup(event) && ofMembers.has(event.type) && this.readSoon()),
      client.on('membership', (push) => isOfGroup(push) && this.readSoon()),
      client.on('members_count', (push) => isOfGroup(push) && this.readSoon()),
      client.on('recovered', (notice) => isOfGroup(notice) && this.readSoon()),
      client.on('presence', (push) => {
        if (!isOfGroup(push)) return;
        this.state.update((state) => ({
          ...state,
          online: push.count,
          members: 'user_id' in push ? withPresence(state.members, push.user_id, push.online) : state.members,
        }));
      }),
    ];
    void this.#read();
  }

  readSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), gatherMs);
  }

  readMore(): void {
    this.#pages += 1;
    void this.#read();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  async #read(): Promise<void> {
    const { client } = this.#person;
    const info = await client.groupInfo(this.groupId);
    if (!info.ok) return;
    const status = info.result.me?.status ?? 'none';
    if (status !== 'active' && status !== 'muted') {
      this.state.set({ info: info.result, members: [], hasMore: false, online: 0 });
      return;
    }
    const members: MemberRow[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < this.#pages; page += 1) {
      const more = cursor === undefined ? {} : { cursor };
      const read = await client.request('list_members', { group_id: this.groupId, limit: pageSize, ...more });
      if (!read.ok) return;
      members.push(...read.result.members);
      cursor = read.result.next_cursor ?? undefined;
      if (cursor === undefined) break;
    }
    const present = await client.presence(this.groupId);
    this.state.set({
      info: info.result,
      members,
      hasMore: cursor !== undefined,
      online: present.ok ? present.result.count : members.filter(({ online }) => online === true).length,
    });
  }
}

const withPresence = (members: readonly MemberRow[], userId: string, online: boolean) =>
  members.map((member) => (member.user_id === userId ? { ...member, online } : member));
