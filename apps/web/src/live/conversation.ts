/**
 * What is shown of one group: its messages in their present state, the events of its log between them, own messages that are on
 * their way, and who is typing.
 */
import {
  createView,
  type GroupView,
  type OutgoingMessage,
  type Pin,
  type ShownMessage,
} from '@plenum/client';
import type { FailureBody, GroupEvent, RequestInput } from '@plenum/protocol';
import type { Person } from '../session/person.ts';
import { Store } from '../session/store.ts';

export type SendFields = Pick<RequestInput<'relay_msg'>, 'reply_to' | 'mentions'>;
export type Shown = ShownMessage | GroupEvent;

export interface ConversationState {
  /** By seq. */
  readonly entries: readonly Shown[];
  /** Own messages that have no seq yet. */
  readonly outgoing: readonly OutgoingMessage[];
  readonly pins: readonly Pin[];
  readonly hasOlder: boolean;
  /** Null: the first page has not been read yet. */
  readonly failure: FailureBody | null;
  readonly isRead: boolean;
}

/** A user is shown as typing for so long after the last push. */
const typingShownMs = 4000;
/** While the person types, a request is sent this often. */
const typingEveryMs = 2500;
const pageSize = 50;

export const isEvent = (entry: Shown): entry is GroupEvent => entry.type !== 'message';

export class Conversation {
  readonly groupId: string;
  readonly state: Store<ConversationState>;
  readonly typing = new Store<readonly string[]>([]);
  readonly #person: Person;
  readonly #view: GroupView;
  readonly #events = new Map<number, GroupEvent>();
  readonly #typingTimers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #stops: (() => void)[];
  #epoch = '';
  #typingSentMs = 0;

  constructor(person: Person, groupId: string) {
    const { client, userId } = person;
    this.#person = person;
    this.groupId = groupId;
    this.#view = createView(client, groupId, { userId });
    this.state = new Store<ConversationState>({
      ...{ entries: [], outgoing: [], pins: [], hasOlder: false, failure: null, isRead: false },
    });
    this.#stops = [
      client.on('event', (event) => event.group_id === groupId && this.#onEvent(event)),
      client.on('typing', ({ group_id, user_id }) => group_id === groupId && this.#onTyping(user_id)),
      client.on('message', (entry) => {
        if (entry.group_id === groupId) this.#stopTyping(entry.from_user_id);
      }),
      this.#view.on('reset', () => this.#events.clear()),
      this.#view.on('update', () => this.#show()),
    ];
    void this.loadOlder();
  }

  async loadOlder(): Promise<void> {
    const page = await this.#view.loadOlder(pageSize);
    if (!page.ok) {
      this.state.update((state) => ({ ...state, failure: page.failure, isRead: true }));
      return;
    }
    for (const entry of page.result.entries)
      if (entry.type !== 'message' && !('target_seq' in entry)) this.#events.set(entry.seq, entry);
    this.state.update((state) => ({ ...state, failure: null, isRead: true }));
    this.#show();
  }

  send(text: string, fields: SendFields): void {
    this.#typingSentMs = 0;
    void this.#view.send(text, fields);
  }

  /** Sends a message again that was refused, or whose answer never came. With the same id it is stored once. */
  retry(requestId: string): void {
    void this.#view.retry(requestId);
  }

  discard(requestId: string): void {
    this.#view.discard(requestId);
  }

  /** The person types. */
  typed(): void {
    const nowMs = performance.now();
    if (this.#typingSentMs !== 0 && nowMs - this.#typingSentMs < typingEveryMs) return;
    this.#typingSentMs = nowMs;
    void this.#person.client.typing(this.groupId);
  }

  edit(messageId: string, text: string) {
    return this.#view.edit(messageId, text);
  }

  toggleReaction(message: ShownMessage, reaction: string) {
    const isMine = message.message !== undefined && message.reactions?.[reaction]?.me === true;
    const { message_id } = message;
    return isMine ? this.#view.unreact(message_id, reaction) : this.#view.react(message_id, reaction);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    for (const timer of this.#typingTimers.values()) clearTimeout(timer);
    this.#view.close();
  }

  #onEvent(event: GroupEvent): void {
    if (event.epoch !== this.#epoch && event.type === 'created') this.#events.clear();
    this.#epoch = event.epoch;
    this.#events.set(event.seq, event);
    this.#show();
  }

  #onTyping(userId: string): void {
    clearTimeout(this.#typingTimers.get(userId));
    this.#typingTimers.set(
      userId,
      setTimeout(() => this.#stopTyping(userId), typingShownMs),
    );
    this.typing.update((users) => (users.includes(userId) ? users : [...users, userId]));
  }

  #stopTyping(userId: string): void {
    clearTimeout(this.#typingTimers.get(userId));
    this.#typingTimers.delete(userId);
    this.typing.update((users) => (users.includes(userId) ? users.filter((user) => user !== userId) : users));
  }

  #show(): void {
    const { messages, outgoing, pins, hasOlder } = this.#view;
    this.state.update((state) => ({
      ...state,
      entries: merged(messages, [...this.#events.values()].sort(bySeq)),
      outgoing,
      pins: pins ?? [],
      hasOlder,
    }));
  }
}

const bySeq = (a: { readonly seq: number }, b: { readonly seq: number }) => a.seq - b.seq;

function merged(messages: readonly ShownMessage[], events: readonly GroupEvent[]): readonly Shown[] {
  return [...messages, ...events].sort(bySeq);
}
