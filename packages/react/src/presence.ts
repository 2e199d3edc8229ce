/** Which users of a group are online: read once per connection, and kept up to date by pushes. */
import type { ClientEvents } from '@plenum/client';
import type { Watch } from './observed.ts';
import { GroupListeners, type WatchDeps } from './watch-deps.ts';

type Push = ClientEvents['presence'];

export interface PresenceState {
  /** At most 1,000 users. Null: not known, or a group of 500 members or more, whose pushes have the number only. */
  readonly online: ReadonlySet<string> | null;
  /** Null: not known yet. */
  readonly count: number | null;
}

export const noPresence: PresenceState = { online: null, count: null };

export class PresenceWatch implements Watch<PresenceState> {
  readonly #deps: WatchDeps;
  readonly #listeners: GroupListeners;
  #state: PresenceState = noPresence;
  /** Pushes that came while the list was read; null: it is not. */
  #meanwhile: Push[] | null = null;
  #reads = 0;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#listeners = new GroupListeners(deps);
    const read = () => {
      this.#read().catch(() => undefined);
    };
    this.#listeners.on('presence', (push) => this.#onPush(push));
    this.#listeners.on('begin', read);
    this.#listeners.on('membership', ({ status }) => {
      if (status !== 'active' && status !== 'muted') this.#forget();
    });
    this.#listeners.onConnected(read);
  }

  read(): PresenceState {
    return this.#state;
  }

  close(): void {
    this.#reads += 1;
    this.#listeners.close();
  }

  async #read(): Promise<void> {
    const { client, groupId, changed } = this.#deps;
    this.#reads += 1;
    const own = this.#reads;
    const meanwhile: Push[] = [];
    this.#meanwhile = meanwhile;
    const read = await client.presence(groupId);
    if (own !== this.#reads) return;
    this.#meanwhile = null;
    this.#state = read.ok ? { online: new Set(read.result.online), count: read.result.count } : noPresence;
    for (const push of meanwhile) this.#apply(push);
    if (!read.ok) this.#listeners.onFailure(read.failure, () => this.#read().catch(() => undefined));
    changed('soon');
  }

  #forget(): void {
    this.#reads += 1;
    this.#meanwhile = null;
    this.#state = noPresence;
    this.#deps.changed('soon');
  }

  #onPush(push: Push): void {
    this.#meanwhile?.push(push);
    this.#apply(push);
    this.#deps.changed('soon');
  }

  #apply(push: Push): void {
    if (!('user_id' in push)) {
      this.#state = { online: null, count: push.count };
      return;
    }
    const { online } = this.#state;
    if (online === null || online.has(push.user_id) === push.online) return;
    const next = new Set(online);
    if (push.online) next.add(push.user_id);
    else next.delete(push.user_id);
    // Of more than 1,000 users only a part is listed.
    const isWhole = this.#state.count === online.size;
    this.#state = { online: next, count: isWhole ? next.size : push.count };
  }
}
