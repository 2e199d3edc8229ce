/** How many members receive the messages of a group whose joins and leaves are no entries: pushed, and read after a reconnect. */
import type { RequestResult } from '@plenum/protocol';
import type { ViewedClient } from './group-view.ts';

export class MembersCount {
  readonly #client: ViewedClient;
  readonly #groupId: string;
  readonly #onChange: () => void;
  readonly #stops: readonly (() => void)[];
  #value: number | null = null;

  constructor(client: ViewedClient, groupId: string, onChange: () => void) {
    this.#client = client;
    this.#groupId = groupId;
    this.#onChange = onChange;
    this.#stops = [
      client.on('members_count', ({ group_id, members_count }) => {
        if (group_id === groupId) this.#set(members_count);
      }),
      client.on('status', ({ state }) => {
        if (state === 'connected' && this.#value !== null) this.#read().catch(() => undefined);
      }),
    ];
  }

  /** Null: in another group, or not known yet. */
  get value(): number | null {
    return this.#value;
  }

  setFrom({ membership_events, counts }: RequestResult<'get_group_info'>): void {
    if (membership_events === 'counts' && counts !== undefined) this.#set(counts.active + counts.muted);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** Pushes are not repeated: what was missed without a connection is read. */
  async #read(): Promise<void> {
    const info = await this.#client.groupInfo(this.#groupId);
    if (info.ok) this.setFrom(info.result);
  }

  #set(count: number): void {
    this.#value = count;
    this.#onChange();
  }
}
