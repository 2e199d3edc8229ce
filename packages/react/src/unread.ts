/**
 * How many messages of a group the user has not read. The server counts; what comes after its answer is added. An answer does not
 * say up to which entry it counts, so it is asked again if messages came around it.
 */
import type { Watch } from './observed.ts';
import { GroupListeners, type WatchDeps } from './watch-deps.ts';

export interface UnreadState {
  /** Null: not known yet, or the user does not receive the group. */
  readonly unread: number | null;
  /** The `seq` up to which the user has read. Null: as `unread`. */
  readonly readSeq: number | null;
}

/** A message that the server has counted comes within this time after the answer, ms. */
const settleMs = 50;
const triesMax = 3;

/** How far the user has read; 0 changes nothing. */
interface Mark {
  readonly seq: number;
  readonly epoch?: string;
}

export class UnreadWatch implements Watch<UnreadState> {
  readonly #deps: WatchDeps;
  readonly #listeners: GroupListeners;
  #unread: number | null = null;
  #readSeq: number | null = null;
  /** Messages that came, of all times. */
  #arrivals = 0;
  #reads = 0;
  #cancelSettling = () => {};
  #isMarking = false;
  /** What is to be marked after the present one; null: nothing. */
  #next: Mark | null = null;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#listeners = new GroupListeners(deps);
    this.#listeners.on('message', ({ from_user_id, seq }) => this.#arrived(from_user_id, seq));
    this.#listeners.on('read', ({ read_seq, unread }) => {
      if (this.#unread !== null) this.#show(unread, read_seq);
    });
    this.#listeners.on('recovered', () => {
      if (this.#unread !== null) this.load();
    });
  }

  read(): UnreadState {
    return { unread: this.#unread, readSeq: this.#readSeq };
  }

  close(): void {
    this.#reads += 1;
    this.#cancelSettling();
    this.#listeners.close();
  }

  /** Asks the server, which counts from the present mark. */
  load(): void {
    this.#mark({ seq: 0 }, 1).catch(() => undefined);
  }

  forget(): void {
    this.#reads += 1;
    this.#cancelSettling();
    this.#show(null, null);
  }

  /** Marks as read what was shown. While one mark is on its way, only the last of the next ones is sent. */
  async markRead(): Promise<void> {
    const { client, groupId } = this.#deps;
    const shown = client.positions().find(({ group_id }) => group_id === groupId);
    if (shown === undefined || this.#unread === 0 || this.#unread === null) return;
    this.#next = shown;
    if (this.#isMarking) return;
    this.#isMarking = true;
    while (this.#next !== null) {
      const mark: Mark = this.#next;
      this.#next = null;
      await this.#mark(mark, 1);
    }
    this.#isMarking = false;
  }

  /** Makes what is above `seq` unread again. */
  async markUnread(seq: number, epoch: string): Promise<void> {
    this.#reads += 1;
    this.#cancelSettling();
    const marked = await this.#deps.client.markUnread(this.#deps.groupId, seq, epoch);
    if (marked.ok) this.#marked(marked.result);
  }

  async #mark({ seq, epoch }: Mark, attempt: number): Promise<void> {
    const { client, groupId, clock } = this.#deps;
    this.#reads += 1;
    this.#cancelSettling();
    const own = this.#reads;
    const arrivals = this.#arrivals;
    const marked = await client.markRead(groupId, seq, epoch);
    if (own !== this.#reads || !marked.ok) return;
    this.#marked(marked.result);
    if (attempt === triesMax) return;
    this.#cancelSettling = clock.after(settleMs, () => {
      if (arrivals !== this.#arrivals) this.#mark({ seq: 0 }, attempt + 1).catch(() => undefined);
    });
  }

  #marked({ read_seq, unread }: { readonly read_seq: number; readonly unread: number }): void {
    const { groupId: group_id, marks } = this.#deps;
    this.#show(unread, read_seq);
    marks.marked({ group_id, read_seq, unread });
  }

  #arrived(fromUserId: string, seq: number): void {
    this.#arrivals += 1;
    if (this.#unread === null) return;
    // Who sends a message has read up to it.
    if (fromUserId === this.#deps.userId) this.#show(0, seq);
    else this.#show(this.#unread + 1, this.#readSeq);
  }

  #show(unread: number | null, readSeq: number | null): void {
    this.#unread = unread;
    this.#readSeq = readSeq;
    this.#deps.changed('soon');
  }
}
