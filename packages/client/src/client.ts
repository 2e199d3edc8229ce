/** The client: combines connection, requests and groups behind a few typed methods. */
import type { RequestInput, RequestResult } from '@plenum/protocol';
import { type ClientEvents, type Listener, Listeners } from './client-events.ts';
import { type ClientOptions, withDefaults } from './client-options.ts';
import { Connection, TokenSource } from './connection/connection.ts';
import type { Status } from './connection/lifecycle.ts';
import { socketIoLink } from './connection/socket-io-link.ts';
import type { GroupPosition } from './groups/effects.ts';
import { Groups } from './groups/groups.ts';
import type { Outcome } from './requests/outcome.ts';
import { RequestQueue } from './requests/request-queue.ts';
import {
  type InviteMethods,
  type MessageMethods,
  type PlainRequestType,
  type RequestOptions,
  TypedRequests,
} from './requests/typed-requests.ts';

/** Time limit of a `typing` request, ms: a later one is of no interest. */
const typingTimeoutMs = 1000;

export type CreateSettings = Omit<RequestInput<'create_group'>, 'group_id' | 'group_type'>;
export type JoinOptions = Omit<RequestInput<'join_group'>, 'group_id'>;

/** No method rejects: a refusal, or no answer in time, is `{ ok: false, failure }`. */
export interface Client extends MessageMethods, InviteMethods {
  readonly status: Status;
  /** Resolves with true when connected; with false if the client has given up: `status` shows the reason. */
  connect(): Promise<boolean>;
  /** Closes the connection and ends waiting requests with a failure. Idempotent. */
  close(): void;
  create(
    groupId: string,
    groupType: RequestInput<'create_group'>['group_type'],
    settings?: CreateSettings,
  ): Promise<Outcome<RequestResult<'create_group'>>>;
  /**
   * Joins, accepts an invite, or asks to be accepted.
   * @param options `ensure`: a member gets its status instead of the refusal `already_member`. `note`: for those who may accept
   * the user, at most 300 bytes
   */
  join(groupId: string, options?: JoinOptions): Promise<Outcome<RequestResult<'join_group'>>>;
  /** Joins the group to which the code of an invite link leads; `group_id` of the result names it. */
  joinByInvite(code: string): Promise<Outcome<RequestResult<'join_group'>>>;
  leave(groupId: string): Promise<Outcome<RequestResult<'leave_group'>>>;
  /** Receives groups again: each from its position if it has one, otherwise from now on. */
  subscribe(...groupIds: readonly string[]): Promise<Outcome<RequestResult<'subscribe'>>>;
  /** Stops receiving groups until `subscribe` or `join`, also after reconnects. Positions are kept. */
  unsubscribe(...groupIds: readonly string[]): Promise<Outcome<RequestResult<'unsubscribe'>>>;
  /** Shows online members that the user is typing. Fails after 1 s. Call it every few seconds while the user types. */
  typing(groupId: string): Promise<Outcome<RequestResult<'typing'>>>;
  /** Sends any other request of the protocol. */
  request<T extends PlainRequestType>(
    type: T,
    args: RequestInput<T>,
    options?: RequestOptions,
  ): Promise<Outcome<RequestResult<T>>>;
  /** @returns the position of each group. Store them and give them to the next process as the option `positions` */
  positions(): readonly GroupPosition[];
  /** @returns a function that removes the listener */
  on<E extends keyof ClientEvents>(event: E, listener: Listener<ClientEvents[E]>): () => void;
}

export function createClient(options: ClientOptions): Client {
  return new SocketClient(options);
}

class SocketClient extends TypedRequests implements Client {
  readonly #listeners = new Listeners<ClientEvents>();
  readonly #tokens: TokenSource;
  readonly #requests: RequestQueue;
  readonly #groups: Groups;
  readonly #connection: Connection;

  constructor(given: ClientOptions) {
    super();
    const options = withDefaults(given);
    this.#requests = new RequestQueue(options);
    this.#groups = new Groups(this.#requests.ask, this.#listeners, options);
    this.#tokens = new TokenSource(options.token);
    this.#connection = new Connection({
      openLink: socketIoLink(options),
      ...options,
      tokens: this.#tokens,
      credentials: () => ({ subscribe: options.subscribe, positions: this.#groups.claims() }),
      onOpened: (link) => {
        this.#requests.opened(link);
        this.#groups.opened();
      },
      onLost: () => {
        this.#groups.lost();
        this.#requests.lost();
      },
      onStatus: this.#passing('status'),
      pushes: {
        ...this.#groups.pushes,
        presence_changed: this.#passing('presence'),
        members_count: this.#passing('members_count'),
        typing: this.#passing('typing'),
        ephemeral_message: this.#passing('ephemeral'),
        read: this.#passing('read'),
        notifications: this.#passing('notifications'),
        drain: () => {},
        token_expiring: () => this.#refreshToken(),
        closing: (push) => {
          this.#connection.onClosing(push.code);
          this.#listeners.emit('closing', push);
        },
      },
    });
  }

  get status(): Status {
    return this.#connection.status;
  }

  connect(): Promise<boolean> {
    this.#requests.reopen();
    this.#connection.open();
    return new Promise((resolve) => {
      const settle = ({ state }: Status) => {
        if (state !== 'connected' && state !== 'closed') return;
        stop();
        resolve(state === 'connected');
      };
      const stop = this.on('status', settle);
      settle(this.status);
    });
  }

  close(): void {
    this.#connection.close();
    this.#requests.close();
  }

  create(group_id: string, group_type: RequestInput<'create_group'>['group_type'], settings = {}) {
    return this.#enter('create_group', { ...settings, group_id, group_type });
  }

  join(group_id: string, options: JoinOptions = {}) {
    return this.#enter('join_group', { ...options, group_id });
  }

  joinByInvite(invite: string) {
    return this.#enter('join_group', { invite });
  }

  leave(group_id: string) {
    return this.#requests.ask('leave_group', () => ({ group_id }), {
      onOutcome: ({ ok }) => {
        if (ok) this.#groups.left(group_id);
      },
    });
  }

  subscribe(...groupIds: readonly string[]) {
    return this.#groups.subscribe(groupIds);
  }

  unsubscribe(...groupIds: readonly string[]) {
    return this.#groups.unsubscribe(groupIds);
  }

  markUnread(group_id: string, seq: number, epoch?: string) {
    return this.request('mark_read', { group_id, seq, epoch, unread: true });
  }

  typing(group_id: string) {
    return this.request('typing', { group_id }, { timeoutMs: typingTimeoutMs });
  }

  request<T extends PlainRequestType>(type: T, args: RequestInput<T>, options?: RequestOptions) {
    return this.#requests.ask(type, () => args, options);
  }

  positions(): readonly GroupPosition[] {
    return this.#groups.positions();
  }

  on<E extends keyof ClientEvents>(event: E, listener: Listener<ClientEvents[E]>): () => void {
    return this.#listeners.on(event, listener);
  }

  /** Sends a request after which the device may receive the group. */
  #enter<T extends 'create_group' | 'join_group'>(type: T, args: RequestInput<T>) {
    return this.#requests.ask(type, () => args, {
      onOutcome: (outcome) => {
        if (outcome.ok) this.#groups.joined({ ...args, ...outcome.result });
      },
    });
  }

  /** @returns a listener of a push that passes it on as this event */
  #passing<E extends keyof ClientEvents>(event: E): Listener<ClientEvents[E]> {
    return (push) => this.#listeners.emit(event, push);
  }

  /** Gets a new token before the current one ends. If that fails, the client reconnects with a new token after the end. */
  #refreshToken(): void {
    if (!this.#tokens.canGetTokens) return;
    this.#tokens.fresh().then(
      (token) => this.#requests.ask('refresh_token', () => ({ token }), { isInternal: true }),
      () => this.#tokens.invalidate(),
    );
  }
}
