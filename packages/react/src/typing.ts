/** Who is typing in a group. No push says that a user has stopped: a while after the last one it has. */
import type { Watch } from './observed.ts';
import { GroupListeners, type WatchDeps } from './watch-deps.ts';

export interface TypingState {
  /** Other users, in the order in which they began. */
  readonly typing: readonly string[];
}

export const noTyping: TypingState = { typing: [] };

/** After the last push of a user, ms. */
const shownMs = 6000;
/** Between two reports of this user, ms. */
const reportMs = 3000;

export class TypingWatch implements Watch<TypingState> {
  readonly #deps: WatchDeps;
  readonly #listeners: GroupListeners;
  /** By user: what cancels its end. */
  readonly #ends = new Map<string, () => void>();
  #typing: readonly string[] = [];
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#listeners = new GroupListeners(deps);
    this.#listeners.on('typing', ({ user_id }) => this.#began(user_id));
    this.#listeners.on('message', ({ from_user_id }) => this.#ended(from_user_id));
    this.#listeners.on('presence', (push) => {
      if ('user_id' in push && !push.online) this.#ended(push.user_id);
    });
    this.#listeners.add(
      deps.client.on('status', ({ state }) => {
        if (state !== 'connected') for (const userId of this.#typing) this.#ended(userId);
      }),
    );
  }

  read(): TypingState {
    return { typing: this.#typing };
  }

  close(): void {
    this.#listeners.close();
    for (const cancel of this.#ends.values()) cancel();
  }

  /** Shows the other members that the user types, at most every 3 s. Call it with each change of the text. */
  report(): void {
    const { client, groupId, clock } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#reportedAtMs < reportMs || client.status.state !== 'connected') return;
    this.#reportedAtMs = nowMs;
    client.typing(groupId).catch(() => undefined);
  }

  /** The user has sent its text: the next one is reported at once. */
  sent(): void {
    this.#reportedAtMs = Number.NEGATIVE_INFINITY;
  }

  #began(userId: string): void {
    this.#ends.get(userId)?.();
    this.#ends.set(
      userId,
      this.#deps.clock.after(shownMs, () => this.#ended(userId)),
    );
    if (this.#typing.includes(userId)) return;
    this.#typing = [...this.#typing, userId];
    this.#deps.changed('soon');
  }

  #ended(userId: string): void {
    if (!this.#ends.has(userId)) return;
    this.#ends.get(userId)?.();
    this.#ends.delete(userId);
    this.#typing = this.#typing.filter((other) => other !== userId);
    this.#deps.changed('soon');
  }
}
