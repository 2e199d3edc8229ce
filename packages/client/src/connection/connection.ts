/** Performs the effects of the lifecycle: opens connections (links), waits, gets tokens, and reports the status. */
import type { PushPayload } from '@plenum/protocol';
import type { Backoff } from '../backoff.ts';
import type { Clock, Network, Random } from '../platform.ts';
import { idle, isOfToken, type Lifecycle, type LifecycleEvent, next, type Status } from './lifecycle.ts';
import type { Credentials, Link, OpenLink, PushListeners } from './link.ts';

export interface ConnectionDeps {
  readonly openLink: OpenLink;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly backoff: Backoff;
  /** Time limit from the call for a token to the accepted handshake. */
  readonly connectTimeoutMs: number;
  readonly pushes: PushListeners;
  /** @returns the handshake without its token; called when the handshake is sent */
  readonly credentials: () => Omit<Credentials, 'token'>;
  readonly onOpened: (link: Link) => void;
  /** Called when a link is lost, and when an attempt failed to open one. */
  readonly onLost: () => void;
  readonly onStatus: (status: Status) => void;
}

export class Connection {
  readonly #deps: ConnectionDeps;
  #life: Lifecycle = idle;
  #link: Link | null = null;
  /** The number of the current attempt. Events of earlier attempts are ignored. */
  #attemptId = 0;
  #closingCode: PushPayload<'closing'>['code'] | null = null;
  #cancelTimer: () => void = () => {};
  #ignoreNetwork: () => void = () => {};

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  get status(): Status {
    return this.#life.status;
  }

  open(): void {
    this.#ignoreNetwork();
    this.#ignoreNetwork = this.#deps.network.onBack(() => this.#step({ type: 'network back' }));
    this.#step({ type: 'asked' });
  }
  close(): void {
    this.#step({ type: 'ended' });
  }
  /** The server will close the link for this reason. */
  onClosing(code: PushPayload<'closing'>['code']): void {
    this.#closingCode = code;
    if (code === 'token_expired' || code === 'revoked') this.#deps.tokens.invalidate();
  }

  #step(event: LifecycleEvent): void {
    const { clock, random, backoff, tokens, onStatus } = this.#deps;
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
    const { clock, tokens, connectTimeoutMs } = this.#deps;
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

  #openWith(token: string | null, attemptId: number): void {
    const { openLink, credentials, pushes, tokens } = this.#deps;
    const ofThis = (react: () => void) => {
      if (attemptId === this.#attemptId) react();
    };
    this.#link = openLink(
      { ...(token === null ? {} : { token }), ...credentials() },
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
    if (this.#link !== null) this.#deps.onOpened(this.#link);
    this.#step({ type: 'opened' });
  }

  /** Closes the link, if there is one, and cancels a running attempt. */
  #drop(): void {
    this.#cancelTimer();
    this.#attemptId += 1;
    this.#closingCode = null;
    this.#link?.close();
    this.#link = null;
    this.#deps.onLost();
  }
}

export type TokenFunction = () => Promise<string>;

/** The token that the next handshake carries. */
export class TokenSource {
  readonly #source: string | TokenFunction | null;
  #current: string | null;

  /** @param source null: handshakes have no token */
  constructor(source: string | TokenFunction | null) {
    this.#source = source;
    this.#current = typeof source === 'string' ? source : null;
  }

  get canGetTokens(): boolean {
    return typeof this.#source === 'function';
  }

  /** The current token is no longer valid: the next handshake gets a new one, if the application has a token function. */
  invalidate(): void {
    if (this.canGetTokens) this.#current = null;
  }

  /** @returns the current token, or a new one. @throws what the application's function throws */
  async current(): Promise<string | null> {
    return this.#current ?? (await this.fresh());
  }

  /** @returns a new token. @throws what the application's function throws */
  async fresh(): Promise<string | null> {
    if (this.#source === null || typeof this.#source === 'string') return this.#source;
    const token = await this.#source();
    this.#current = token;
    return token;
  }
}
