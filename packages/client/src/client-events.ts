/** The events of a client, and the listeners of an application. */
import type { GroupEvent, MembershipPush, PushPayload, Subscription } from '@plenum/protocol';
import type { Status } from './connection/lifecycle.ts';
import type { MessageEntry, RecoveredNotice, ResyncNotice } from './groups/effects.ts';

/** The payloads by event, in the shapes of the wire. */
export interface ClientEvents {
  /** `message` and `event` together are the group's log: in order of `seq`, each once, without a gap. */
  readonly message: MessageEntry;
  readonly event: GroupEvent;
  /** A change of the user's own membership; `status` is `none` after a removal. */
  readonly membership: MembershipPush;
  /** The server attached this device to a group by itself. */
  readonly subscribed: Subscription;
  /** All missed entries have been shown. */
  readonly recovered: RecoveredNotice;
  /** The sequence is broken: which entries are missing, and which to forget. */
  readonly resync: ResyncNotice;
  /** A user came online or went offline; groups of 500 members or more send `count` only. Call `presence` after a reconnect. */
  readonly presence: PushPayload<'presence_changed'>;
  /** Another user types; no event follows when the user stops. */
  readonly typing: PushPayload<'typing'>;
  /** Another device of the user has read up to here; the highest `read_seq` of an epoch counts. */
  readonly read: PushPayload<'read'>;
  readonly status: Status;
  /** The server is about to cut the connection for this reason; the client reconnects by itself. */
  readonly closing: PushPayload<'closing'>;
}

export type Listener<P> = (payload: P) => void;

export class Listeners<Events> {
  readonly #byEvent: { [E in keyof Events]?: Set<Listener<Events[E]>> } = {};

  /** @returns removes the listener. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const listeners: Set<Listener<Events[E]>> = this.#byEvent[event] ?? new Set();
    this.#byEvent[event] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** An error of a listener surfaces as an uncaught error of the application; order and other listeners are not affected. */
  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    for (const listener of [...(this.#byEvent[event] ?? [])]) {
      try {
        listener(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
