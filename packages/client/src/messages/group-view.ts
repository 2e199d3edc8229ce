/** The API of a view: the present messages of one group. */
import type { MessageSent, RequestResult } from '@plenum/protocol';
import type { ClientEvents, Listener } from '../client-events.ts';
import type { GroupPosition } from '../groups/effects.ts';
import type { Random } from '../platform.ts';
import type { Outcome } from '../requests/outcome.ts';
import type {
  EditFields,
  MessageFields,
  MessageMethods,
  RequestOptions,
} from '../requests/typed-requests.ts';
import type { Pin } from './message-fold.ts';
import type { ShownMessage } from './optimistic.ts';
import type { OutgoingMessage } from './outgoing.ts';

export interface ViewOptions {
  /** The user of this client: for `me` of reactions that come live. */
  readonly userId: string;
  /** The view keeps so many of the newest messages (default 1,000), and in addition the pages that were read. */
  readonly messagesMax?: number;
  readonly random?: Random;
}

export interface ViewEvents {
  /** A message came, live or caught up on. */
  readonly message: ShownMessage;
  /** A message is another one now: by a change that came, or by an own one that was made, confirmed or refused. */
  readonly message_changed: ShownMessage;
  /** Entries were lost or missed, so all messages were forgotten. The view reads again what it had read by `loadOlder`. */
  readonly reset: { readonly group_id: string };
  /** `messages`, `outgoing`, `pins`, `hasOlder` or `membersCount` may be different now. Follows each of the events above and each page. */
  readonly update: { readonly group_id: string };
}

export interface GroupView {
  readonly groupId: string;
  /** The messages in their present state, by seq. The same array until the next `update`. */
  readonly messages: readonly ShownMessage[];
  /** Own messages that `send` has sent and whose entries have not come, in this order. They follow `messages` on the screen. */
  readonly outgoing: readonly OutgoingMessage[];
  /** The pinned messages, the first pinned first. Null until the first `loadOlder`. */
  readonly pins: readonly Pin[] | null;
  /** False: the first message that the user may read is among `messages`. */
  readonly hasOlder: boolean;
  /**
   * How many members receive the messages, in a group with the setting `membership_events: 'counts'`. Null until the first
   * `loadOlder` or push, and in every other group.
   */
  readonly membersCount: number | null;
  /** Reads messages before those that are known, and the pins the first time. Until then only what comes live is known. */
  loadOlder(limit?: number): Promise<Outcome<RequestResult<'history'>>>;
  /** Sends a message. It is in `outgoing` at once. Messages are sent one after the other, in this order. */
  send(message: string, fields?: MessageFields): Promise<Outcome<MessageSent>>;
  /** Sends a failed message again, under its request id. @returns null if no failed message has this id */
  retry(requestId: string): Promise<Outcome<MessageSent> | null>;
  /** Takes a failed message out of `outgoing`. */
  discard(requestId: string): void;
  /** Edits an own message. It is shown at once, and taken back if the server refuses. */
  edit(
    messageId: string,
    message: string,
    options?: RequestOptions & EditFields,
  ): Promise<Outcome<RequestResult<'edit_message'>>>;
  /** Puts a reaction. It is shown at once, and taken back if the server refuses. */
  react(messageId: string, reaction: string): Promise<Outcome<RequestResult<'react'>>>;
  unreact(messageId: string, reaction: string): Promise<Outcome<RequestResult<'unreact'>>>;
  /** @returns a function that removes the listener */
  on<E extends keyof ViewEvents>(event: E, listener: Listener<ViewEvents[E]>): () => void;
  /** Ends the view. The client still receives the group. */
  close(): void;
}

/** What a view needs of its client. */
export interface ViewedClient
  extends Pick<MessageMethods, 'editMessage' | 'react' | 'unreact' | 'history' | 'groupInfo'> {
  send(
    groupId: string,
    message: string,
    options?: RequestOptions & MessageFields,
  ): Promise<Outcome<MessageSent>>;
  positions(): readonly GroupPosition[];
  on<E extends keyof ClientEvents>(event: E, listener: Listener<ClientEvents[E]>): () => void;
}
