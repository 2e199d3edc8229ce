/** Performs the lifecycle: opens links, waits, gets tokens, and says who is connected when. */
import type { PushPayload } from '@plenum/protocol';
import type { Backoff } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { Network } from '../network.ts';
import type { Random } from '../random.ts';
import { idle, isOfToken, type Lifecycle, type LifecycleEvent, next, type Status } from './lifecycle.ts';
import type { Credentials, Link, OpenLink, PushListeners } from './link.ts';
import type { TokenSource } from './token-source.ts';

export interface ConnectionParts {
  readonly openLink: OpenLink;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly backoff: Backoff;
  /** From the token to the accepted handshake. */
  readonly connectTimeoutMs: number;
  readonly pushes: PushListeners;
  /** All of the handshake but the token, at the moment it is sent. */
  readonly credentials: () => Omit<Credentials, 'token'>;
  readonly onOpened: (link: Link) => void;
  /** Also after an attempt that never opened. */
  readonly onLost: () => void;
  readonly onStatus: (status: Status) => void;
}

export class Connection {
  readonly #parts: ConnectionParts;
  #life: Lifecycle = idle;
  #link: Link | null = null;
  /** Names one attempt: what comes of an earlier one is ignored. */
  #attemptId = 0;
  #closingCode: PushPayload<'closing'>['code'] | null = null;
  #cancelTimer: () => void = () => {};
  #ignoreNetwork: () => void = () => {};

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  get status(): Status {
    return this.#life.status;
  }

  open(): void {
    this.#ignoreNetwork();
    this.#ignoreNetwork = this.#parts.network.onBack(() => this.#step({ type: 'network back' }));
    this.#step({ type: 'asked' });
  }
  close(): void {
    this.#step({ type: 'ended' });
  }
  /** The server has said why it is about to cut the link. */
  onClosing(code: PushPayload<'closing'>['code']): void {
    this.#closingCode = code;
    if (code === 'token_expired' || code === 'revoked') this.#parts.tokens.invalidate();
  }

  #step(event: LifecycleEvent): void {
    const { clock, random, backoff, tokens, onStatus } = this.#parts;
    const before = this.#life;
    const [after, effect] = next(before, event, {
      nowMs: clock.monotonicMs(),
      fraction: random.fraction(),
      backoff,
      canGetTokens: tokens.canGetTokens,
    });
    this.#life = after;
    if (effect === 'open') this.#openLink();
    else if (effect === 'wait' || effect === 'hang up') this.#drop();
    if (effect === 'hang up') this.#ignoreNetwork();
    if (effect === 'wait' && after.status.state === 'waiting') {
      this.#cancelTimer = clock.after(after.status.retryInMs, () => this.#step({ type: 'due' }));
    }
    if (after.status !== before.status) onStatus(after.status);
  }

  #openLink(): void {
    this.#drop();
    const { clock, tokens, connectTimeoutMs } = this.#parts;
    const attemptId = this.#attemptId;
    this.#cancelTimer = clock.after(connectTimeoutMs, () => this.#step({ type: 'lost', reason: 'network' }));
    tokens.current().then(
      (token) => {
        if (attemptId === this.#attemptId) this.#openWith(token, attemptId);
      },
      () => {
        if (attemptId === this.#attemptId) this.#step({ type: 'lost', reason: 'token_function' });
      },
    );
  }

  #openWith(token: string, attemptId: number): void {
    const { openLink, credentials, pushes, tokens } = this.#parts;
    const ofThis = (react: () => void) => {
      if (attemptId === this.#attemptId) react();
    };
    this.#link = openLink(
      { token, ...credentials() },
      {
        pushes,
        opened: () => ofThis(() => this.#opened()),
        refused: (code, retryAfterMs) =>
          ofThis(() => {
            if (isOfToken(code)) tokens.invalidate();
            this.#step({ type: 'refused', code, retryAfterMs });
          }),
        lost: () => ofThis(() => this.#step({ type: 'lost', reason: this.#closingCode ?? 'network' })),
      },
    );
  }

  #opened(): void {
    this.#cancelTimer();
    if (this.#link !== null) this.#parts.onOpened(this.#link);
    this.#step({ type: 'opened' });
  }

  /** Lets go of the link, if there is one, and of whatever was under way. */
  #drop(): void {
    this.#cancelTimer();
    this.#attemptId += 1;
    this.#closingCode = null;
    this.#link?.close();
    this.#link = null;
    this.#parts.onLost();
  }
}
