/**
 * The connection of one device, with a tap: all that goes over it is in the raw log, and it can be cut as a network does that.
 * The SDK opens it, loses it and opens it again; it knows of no tap.
 */
import {
  type Credentials,
  type Envelope,
  type Link,
  type LinkListeners,
  type OpenLink,
  type PushListeners,
  socketIoLink,
} from '@plenum/client';
import type { Answer, PushEvent, PushPayload, playgroundService } from '@plenum/protocol';
import { Store } from './store.ts';
import type { Traffic } from './traffic.ts';

/** That of `playgroundService` in the protocol, whose code is not shipped to pages. */
const clusterService: typeof playgroundService = 'playground';
const connectTimeoutMs = 10_000;
const answerTimeoutMs = 5000;
/** What a token looks like in the raw log. */
const hidden = '…';

/** Unlike `randomUUID`, `getRandomValues` exists in pages without TLS too. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

interface Live {
  readonly link: Link;
  readonly listeners: LinkListeners;
}

export class Wire {
  /** True: the device has no network, until it is set to false. */
  readonly isOffline = new Store(false);
  readonly isConnected = new Store(false);
  readonly #traffic: Traffic;
  readonly #openReal: OpenLink;
  readonly #onBack = new Set<() => void>();
  #live: Live | null = null;

  constructor(url: string, event: string, traffic: Traffic) {
    this.#traffic = traffic;
    this.#openReal = socketIoLink({
      url,
      path: '/socket.io/',
      namespace: '/',
      event,
      transports: ['websocket'],
      connectTimeoutMs,
    });
  }

  /** For the SDK: when the network of the device is back. */
  readonly network = {
    onBack: (task: () => void) => {
      this.#onBack.add(task);
      globalThis.addEventListener('online', task);
      return () => {
        this.#onBack.delete(task);
        globalThis.removeEventListener('online', task);
      };
    },
  };

  readonly open: OpenLink = (credentials, listeners) => {
    if (this.isOffline.get()) return this.#openNothing(listeners);
    this.#traffic.add({ type: 'connection', happened: 'opening', payload: shownCredentials(credentials) });
    const link = this.#openReal(credentials, this.#tapped(listeners));
    const live: Live = { link, listeners };
    this.#live = live;
    return {
      ask: (envelope, timeoutMs, onAnswer) => this.#ask(link, envelope, { timeoutMs, onAnswer }),
      close: () => {
        if (this.#live === live) this.#forget();
        link.close();
      },
    };
  };

  /** Loses the connection now. The SDK opens another one. */
  cut(): void {
    const live = this.#live;
    if (live === null) return;
    this.#forget();
    this.#traffic.add({ type: 'connection', happened: 'cut', payload: {} });
    live.link.close();
    live.listeners.lost();
  }

  setOffline(isOffline: boolean): void {
    this.isOffline.set(isOffline);
    if (isOffline) this.cut();
    else for (const task of [...this.#onBack]) task();
  }

  /** Sends a request to the dev cluster, which is no part of the raw log. @returns null if no answer came */
  ask(requestType: string, args: object = {}): Promise<Answer<unknown> | null> {
    const live = this.#live;
    if (live === null) return Promise.resolve(null);
    const envelope = { service: clusterService, request_type: requestType, request_id: newId(), args };
    return new Promise((resolve) => live.link.ask(envelope, answerTimeoutMs, resolve));
  }

  #forget(): void {
    this.#live = null;
    this.isConnected.set(false);
  }

  #openNothing(listeners: LinkListeners): Link {
    queueMicrotask(() => listeners.lost());
    return { ask: () => undefined, close: () => undefined };
  }

  #ask(
    link: Link,
    envelope: Envelope,
    { timeoutMs, onAnswer }: { timeoutMs: number; onAnswer: (answer: Answer<unknown> | null) => void },
  ): void {
    const id = this.#traffic.add({
      type: 'request',
      envelope: shownEnvelope(envelope),
      answer: undefined,
      tookMs: 0,
    });
    link.ask(envelope, timeoutMs, (answer) => {
      this.#traffic.answered(id, answer);
      onAnswer(answer);
    });
  }

  #tapped(listeners: LinkListeners): LinkListeners {
    const log = (happened: 'opened' | 'refused' | 'lost', payload: object = {}) =>
      this.#traffic.add({ type: 'connection', happened, payload });
    const onPush = (event: PushEvent, payload: object) => this.#traffic.add({ type: 'push', event, payload });
    return {
      opened: () => {
        log('opened');
        this.isConnected.set(true);
        listeners.opened();
      },
      refused: (code, retryAfterMs) => {
        this.#forget();
        log('refused', { code, retry_after_ms: retryAfterMs });
        listeners.refused(code, retryAfterMs);
      },
      lost: () => {
        this.#forget();
        log('lost');
        listeners.lost();
      },
      pushes: tappedPushes(listeners.pushes, onPush),
    };
  }
}

function tappedPushes(
  pushes: PushListeners,
  onPush: (event: PushEvent, payload: object) => void,
): PushListeners {
  const tap =
    <E extends PushEvent>(event: E) =>
    (payload: PushPayload<E>) => {
      onPush(event, payload);
      pushes[event](payload);
    };
  return {
    relay_message: tap('relay_message'),
    group_event: tap('group_event'),
    message_event: tap('message_event'),
    subscribed: tap('subscribed'),
    membership: tap('membership'),
    members_count: tap('members_count'),
    resync: tap('resync'),
    presence_changed: tap('presence_changed'),
    typing: tap('typing'),
    ephemeral_message: tap('ephemeral_message'),
    read: tap('read'),
    notifications: tap('notifications'),
    drain: tap('drain'),
    token_expiring: tap('token_expiring'),
    closing: tap('closing'),
  };
}

const shownCredentials = (credentials: Credentials): object => ({ ...credentials, token: hidden });

const shownEnvelope = (envelope: Envelope): Envelope =>
  envelope.request_type === 'refresh_token' ? { ...envelope, args: { token: hidden } } : envelope;
