/** The messages of a group: those of its log in their present state, then own ones that are on their way or were refused. */
import {
  createView,
  type FailureBody,
  type GroupEvent,
  type GroupView,
  type OutgoingMessage,
  type Pin,
  type ShownMessage,
} from '@plenum/client';
import type { Watch } from './observed.ts';
import { ShownEvents } from './shown-events.ts';
import { GroupListeners, type WatchDeps } from './watch-deps.ts';

interface Keyed {
  /** The same from the send of a message to its end: the `key` of its element. */
  readonly key: string;
}
type FieldsOf<T> = T extends unknown ? keyof T : never;
/** Any message may be asked for any field that one has. */
type Whole<T> = T extends unknown
  ? T & { readonly [Name in Exclude<FieldsOf<ShownMessage>, keyof T>]?: undefined }
  : never;

/** A message of the log. `pending`: it includes own changes that the server has not confirmed. */
export type LoggedMessage = Whole<ShownMessage> &
  Keyed & { readonly state: 'sent'; readonly failure?: undefined };

type OnlyLogged = Exclude<FieldsOf<ShownMessage>, keyof OutgoingMessage | 'type' | 'timestamp'>;
/** An own message without a place in the log. It has none of the fields that only the log gives. */
export type UnloggedMessage = OutgoingMessage &
  Keyed & {
    readonly type: 'message';
    /** By the clock of this device. */
    readonly timestamp: string;
  } & { readonly [Name in OnlyLogged]?: undefined };

export type ListedMessage = LoggedMessage | UnloggedMessage;

export interface MessagesState {
  /** The oldest first. A message is the same object until it changes. */
  readonly messages: readonly ListedMessage[];
  /** The group events between them, by `seq`: joins, leaves, mutes, settings. */
  readonly events: readonly GroupEvent[];
  /** The pinned messages, the first pinned first; null: not known yet. */
  readonly pins: readonly Pin[] | null;
  readonly hasOlder: boolean;
  /** True: a page is being read. */
  readonly isLoading: boolean;
  /** Why the last page could not be read; null: it could. */
  readonly failure: FailureBody | null;
}

export const noMessages: MessagesState = {
  messages: [],
  events: [],
  pins: null,
  hasOlder: false,
  isLoading: false,
  failure: null,
};

const pageSize = 50;

/** What the list has to know of a message that was sent from here. */
interface SentHere {
  readonly timestamp: string;
  /** Null: its entry has not come. */
  messageId: string | null;
}

export class MessagesWatch implements Watch<MessagesState> {
  readonly #view: GroupView;
  readonly #userId: string;
  readonly #changed: WatchDeps['changed'];
  readonly #listeners: GroupListeners;
  readonly #events = new ShownEvents();
  readonly #listed = new WeakMap<ShownMessage | OutgoingMessage, ListedMessage>();
  /** By request id. */
  readonly #sentHere = new Map<string, SentHere>();
  #list: readonly ListedMessage[] = [];
  #isLoaded = false;
  #isClosed = false;
  #loads = 0;
  #failure: FailureBody | null = null;

  constructor(deps: WatchDeps) {
    const { client, groupId, userId, changed } = deps;
    this.#userId = userId;
    this.#changed = changed;
    this.#view = createView(client, groupId, { userId });
    this.#listeners = new GroupListeners(deps);
    this.#listeners.add(this.#view.on('update', () => changed('soon')));
    this.#listeners.add(
      this.#view.on('reset', () => {
        this.#events.clear();
        this.#loadAgain();
      }),
    );
    this.#listeners.on('message', (entry) => this.#events.follow(entry));
    this.#listeners.on('change', (entry) => this.#events.follow(entry));
    this.#listeners.on('event', (event) => {
      this.#events.add(event);
      changed('soon');
    });
    this.#listeners.onConnected(() => {
      if (!this.#isLoaded) this.#loadAgain();
    });
  }

  /** A message that was refused while its component is gone is still there when the component comes back. */
  get isNeeded(): boolean {
    return this.#view.outgoing.length > 0;
  }

  read(): MessagesState {
    const { pins, hasOlder } = this.#view;
    return {
      messages: this.#messages(),
      events: this.#events.list,
      pins,
      hasOlder: this.#isLoaded && hasOlder,
      isLoading: this.#loads > 0,
      failure: this.#failure,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.close();
    this.#view.close();
  }

  async loadOlder(limit = pageSize): Promise<void> {
    this.#loads += 1;
    this.#changed('now');
    const page = await this.#view.loadOlder(limit);
    if (this.#isClosed) return;
    this.#loads -= 1;
    this.#failure = page.ok ? null : page.failure;
    if (page.ok) {
      this.#isLoaded = true;
      this.#events.addPage(page.result);
    } else if (!this.#isLoaded) this.#listeners.onFailure(page.failure, () => this.#loadAgain());
    this.#changed('now');
  }

  /** Performs what the user does. It is shown at once. */
  act<R>(perform: (view: GroupView) => R): R {
    const result = perform(this.#view);
    this.#changed('now');
    return result;
  }

  #loadAgain(): void {
    this.#isLoaded = false;
    this.loadOlder().catch(() => undefined);
  }

  #messages(): readonly ListedMessage[] {
    const { messages, outgoing } = this.#view;
    // In this order: what is on its way is known before its entry comes.
    const unlogged = outgoing.map((message) => this.#unlogged(message));
    const list = [...messages.map((message) => this.#logged(message)), ...unlogged];
    const isSame =
      list.length === this.#list.length && list.every((message, at) => message === this.#list[at]);
    if (!isSame) this.#list = list;
    return this.#list;
  }

  #logged(message: ShownMessage): ListedMessage {
    const known = this.#listed.get(message);
    if (known !== undefined) return known;
    const listed: LoggedMessage = { ...message, key: this.#keyOf(message), state: 'sent' };
    this.#listed.set(message, listed);
    return listed;
  }

  #unlogged(message: OutgoingMessage): ListedMessage {
    const known = this.#listed.get(message);
    if (known !== undefined) return known;
    const { request_id: key } = message;
    const sent = this.#sentHere.get(key) ?? { timestamp: new Date().toISOString(), messageId: null };
    this.#sentHere.set(key, sent);
    const listed: UnloggedMessage = { ...message, type: 'message', key, timestamp: sent.timestamp };
    this.#listed.set(message, listed);
    return listed;
  }

  /** Other users, and later messages of this user, may have the same request id. */
  #keyOf({ from_user_id, request_id, message_id }: ShownMessage): string {
    const sent = from_user_id === this.#userId ? this.#sentHere.get(request_id) : undefined;
    if (sent === undefined) return message_id;
    sent.messageId ??= message_id;
    return sent.messageId === message_id ? request_id : message_id;
  }
}
