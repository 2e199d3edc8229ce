/** What a watch of one group gets, and the listeners that it registers and removes together. */
import type { Client, ClientEvents, Clock, FailureBody, Listener } from '@plenum/client';
import type { ReadMarks } from './marks.ts';
import type { Changed } from './observed.ts';

/** What a watch of one group gets. */
export interface WatchDeps {
  readonly client: Client;
  readonly groupId: string;
  readonly userId: string;
  readonly clock: Clock;
  readonly changed: Changed;
  /** What this device marks as read. */
  readonly marks: ReadMarks;
}

type GroupEvents = {
  [E in keyof ClientEvents as ClientEvents[E] extends { readonly group_id: string }
    ? E
    : never]: ClientEvents[E];
};

/** The server attaches a device to its groups right after it has accepted it: then `begin` comes within this time, ms. */
const attachMs = 150;
/** Pause before a read that may succeed later is asked again, ms. */
const againMs = 2000;

type ListenersDeps = Pick<WatchDeps, 'client' | 'groupId' | 'clock'>;

/** The listeners of one watch: of its group, and of the connection. */
export class GroupListeners {
  readonly #deps: ListenersDeps;
  readonly #stops: (() => void)[] = [];
  #cancelWait = () => {};
  #cancelAgain = () => {};

  constructor(deps: ListenersDeps) {
    this.#deps = deps;
  }

  on<E extends keyof GroupEvents & keyof ClientEvents>(event: E, listener: Listener<ClientEvents[E]>): void {
    const { client, groupId } = this.#deps;
    this.add(
      client.on(event, (payload) => {
        if ('group_id' in payload && payload.group_id === groupId) listener(payload);
      }),
    );
  }

  /**
   * Calls `task` now if the client is connected, and each time it has connected. In a group that has no position yet, `begin` is
   * what to react to; `task` is for one in which none comes, because the user receives nothing there.
   */
  onConnected(task: () => void): void {
    const { client, groupId, clock } = this.#deps;
    this.on('begin', () => this.#cancelWait());
    this.add(() => this.#cancelWait());
    this.add(
      client.on('status', ({ state }) => {
        this.#cancelWait();
        if (state !== 'connected') return;
        const isKnown = client.positions().some(({ group_id }) => group_id === groupId);
        if (isKnown) task();
        else this.#cancelWait = clock.after(attachMs, task);
      }),
    );
    if (client.status.state === 'connected') task();
  }

  /** Calls `task` after a pause, unless it is called for another failure before, or the watch ends. */
  onFailure({ can_retry }: FailureBody, task: () => void): void {
    this.#cancelAgain();
    if (can_retry) this.#cancelAgain = this.#deps.clock.after(againMs, task);
  }

  /** @param stop is called by `close` */
  add(stop: () => void): void {
    this.#stops.push(stop);
  }

  close(): void {
    this.#cancelAgain();
    for (const stop of this.#stops.splice(0)) stop();
  }
}
