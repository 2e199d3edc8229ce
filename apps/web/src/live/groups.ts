/** The groups of a person, with what is unread in each. Read when the device connects, and kept by what comes live. */
import type { Client } from '@plenum/client';
import type { RequestResult } from '@plenum/protocol';
import type { Person } from '../session/person.ts';
import { Store } from '../session/store.ts';

export type GroupRow = RequestResult<'list_groups'>['groups'][number];

const byId = (a: GroupRow, b: GroupRow) => (a.group_id < b.group_id ? -1 : 1);
/** Changes of the person's own memberships that come at once are read together. */
const gatherMs = 60;

export class Groups {
  /** Null: they have not been read yet. */
  readonly rows = new Store<readonly GroupRow[] | null>(null);
  readonly #client: Client;
  readonly #userId: string;
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ client, userId }: Pick<Person, 'client' | 'userId'>) {
    this.#client = client;
    this.#userId = userId;
    this.#stops = [
      client.on('status', ({ state }) => state === 'connected' && this.readSoon()),
      client.on('membership', () => this.readSoon()),
      client.on('event', ({ user_id, actor_id, members }) => {
        const isOwn = user_id === userId || actor_id === userId || members !== undefined;
        if (isOwn) this.readSoon();
      }),
      client.on('message', (entry) => {
        if (entry.from_user_id === this.#userId || entry.message === undefined) return;
        const isMention = entry.mentions?.some((user) => user === this.#userId) === true;
        this.#change(entry.group_id, (row) => ({
          ...row,
          unread: (row.unread ?? 0) + (entry.seq > (row.read_seq ?? 0) ? 1 : 0),
          unread_mentions: (row.unread_mentions ?? 0) + (isMention ? 1 : 0),
        }));
      }),
      client.on('read', ({ group_id, read_seq, unread }) => this.#marked(group_id, read_seq, unread)),
    ];
  }

  readSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), gatherMs);
  }

  async markRead(groupId: string, seq: number, epoch: string): Promise<void> {
    const marked = await this.#client.markRead(groupId, seq, epoch);
    if (marked.ok) this.#marked(groupId, marked.result.read_seq, marked.result.unread);
  }

  async markUnread(groupId: string, seq: number, epoch: string): Promise<void> {
    const marked = await this.#client.markUnread(groupId, seq, epoch);
    if (marked.ok) this.#marked(groupId, marked.result.read_seq, marked.result.unread);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  async #read(): Promise<void> {
    const rows: GroupRow[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#client.request('list_groups', {
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return;
      rows.push(...page.result.groups);
      cursor = page.result.next_cursor ?? undefined;
    } while (cursor !== undefined);
    this.rows.set(rows.sort(byId));
  }

  #marked(groupId: string, readSeq: number, unread: number): void {
    this.#change(groupId, (row) => ({
      ...row,
      read_seq: readSeq,
      unread,
      ...(unread === 0 ? { unread_mentions: 0 } : {}),
    }));
  }

  #change(groupId: string, change: (row: GroupRow) => GroupRow): void {
    this.rows.update((rows) => rows?.map((row) => (row.group_id === groupId ? change(row) : row)) ?? null);
  }
}
