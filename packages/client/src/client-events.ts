/** Defines the events of a client, and calls the listeners of the application. */
import type { GroupEvent, MembershipPush, MessageEvent, PushPayload, Subscription } from '@plenum/protocol';
import type { Status } from './connection/lifecycle.ts';
import type { BeginNotice, MessageEntry, RecoveredNotice, ResyncNotice } from './groups/effects.ts';

/** The payload of each event, in the shape of the wire. */
export interface ClientEvents {
  /** `message`, `event` and `change` together show the group's log: each entry once, in order of `seq`, without gaps. */
  readonly message: MessageEntry;
  readonly event: GroupEvent;
  /** A message was edited, taken down, reacted to or pinned. */
  readonly change: MessageEvent;
  /** The first entry of a group follows: after the first attach, a new join, or a group that was created again. */
  readonly begin: BeginNotice;
  /** A change of the user's own membership; `status` is `none` after a removal. */
  readonly membership: MembershipPush;
  /** The server has attached this device to a group without a request. */
  readonly subscribed: Subscription;
  /** All entries that were missed have been shown. */
  readonly recovered: RecoveredNotice;
  /** The sequence has a gap or was changed: lists the entries that are missing, and those that must be forgotten. */
  readonly resync: ResyncNotice;
  /** A user came online or went offline; groups of 500 members or more send `count` only. Call `presence` after a reconnect. */
  readonly presence: PushPayload<'presence_changed'>;
  /**
   * How many members receive the messages of the group, at most once a second. Only in groups with the setting
   * `membership_events: 'counts'`, where joins and leaves of plain members are no entries.
   */
  readonly members_count: PushPayload<'members_count'>;
  /** Another user is typing. No event follows when the user stops. */
  readonly typing: PushPayload<'typing'>;
  /** A message that was sent with `ephemeral`: it is in no log, and was sent after the entry `after_seq`. */
  readonly ephemeral: PushPayload<'ephemeral_message'>;
  /** Another device of the user has read up to `read_seq`. Use the highest `read_seq` of an epoch. */
  readonly read: PushPayload<'read'>;
  /** Another device of the user has set of which messages the user is notified. */
  readonly notifications: PushPayload<'notifications'>;
  readonly status: Status;
  /** The server will close the connection for this reason; the client reconnects by itself. */
  readonly closing: PushPayload<'closing'>;
}

export type Listener<P> = (payload: P) => void;

export class Listeners<Events> {
  readonly #byEvent: { [E in keyof Events]?: Set<Listener<Events[E]>> } = {};

  /** @returns a function that removes the listener */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const listeners: Set<Listener<Events[E]>> = this.#byEvent[event] ?? new Set();
    this.#byEvent[event] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Calls the listeners. An error of one becomes an uncaught error of the application; the other listeners are still called. */
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
