/** Performs the effects of the lifecycle: opens connections (links), waits, gets tokens, and reports the status. */
import type { PushPayload } from '@plenum/protocol';
import type { ClientOptions } from '../client-options.ts';
import {
  idle,
  isOfToken,
  type Lifecycle,
  type LifecycleEvent,
  type LossReason,
  next,
  type Status,
} from './lifecycle.ts';
import type { Credentials, Link, PushListeners, TokenFunction } from './link.ts';

interface ConnectionDeps
  extends Pick<
    Required<ClientOptions>,
    'openLink' | 'clock' | 'random' | 'network' | 'reconnectMs' | 'connectTimeoutMs'
  > {
  readonly tokens: TokenSource;
  readonly pushes: PushListeners;
  /** @returns the handshake without its token; called when the handshake is sent */
  readonly credentials: () => Omit<Credentials, 'token'>;
  readonly onOpened: (link: Link) => void;
  /** Called when a link is lost, and when an attempt failed to open one. */
  readonly onLost: () => void;
  readonly onStatus: (status: Status) => void;
}

/** @returns a function that does nothing once another attempt has begun */
type OfOneAttempt = <A extends readonly unknown[]>(react: (...given: A) => void) => (...given: A) => void;

export class Connection {
  readonly #deps: ConnectionDeps;
  #life: Lifecycle = idle;
  #link: Link | null = null;
  /** The number of the current attempt. Events of earlier attempts are ignored. */
  #attemptId = 0;
  #closingCode: PushPayload<'closing'>['code'] | null = null;
  #cancelTimer: () => void = () => {};

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  get status(): Status {
    return this.#life.status;
  }

  open(): void {
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
    const { clock, random, reconnectMs: backoff, tokens, onStatus } = this.#deps;
    const before = this.#life;
    const [after, effect] = next(before, event, {
      nowMs: clock.monotonicMs(),
      fraction: random.fraction(),
      backoff,
      canGetTokens: tokens.canGetTokens,
    });
    this.#life = after;
    if (effect !== 'nothing') this.#drop();
    if (effect === 'open') this.#openLink();
    if (effect === 'wait') this.#wait(after.dueAtMs - clock.monotonicMs());
    if (after.status !== before.status) onStatus(after.status);
  }

  #wait(pauseMs: number): void {
    const { clock, network } = this.#deps;
    const cancelPause = clock.after(pauseMs, () => this.#step({ type: 'due' }));
    const ignoreNetwork = network.onBack(() => this.#step({ type: 'network back' }));
    this.#cancelTimer = () => {
      cancelPause();
      ignoreNetwork();
    };
  }

  #openLink(): void {
    const { clock, tokens, connectTimeoutMs } = this.#deps;
    const attemptId = this.#attemptId;
    const ofThis: OfOneAttempt =
      (react) =>
      (...given) => {
        if (attemptId === this.#attemptId) react(...given);
      };
    this.#cancelTimer = clock.after(connectTimeoutMs, () => this.#lost('network'));
    tokens.current().then(
      ofThis((token) => this.#openWith(token, ofThis)),
      ofThis(() => this.#lost('token_function')),
    );
  }

  #openWith(token: string | undefined, ofThis: OfOneAttempt): void {
    const { openLink, credentials, pushes, tokens } = this.#deps;
    this.#link = openLink(
      { token, ...credentials() },
      {
        pushes,
        opened: ofThis(() => this.#opened()),
        refused: ofThis((code, retryAfterMs) => {
          if (isOfToken(code)) tokens.invalidate();
          this.#step({ type: 'refused', code, retryAfterMs });
        }),
        lost: ofThis(() => this.#lost(this.#closingCode ?? 'network')),
      },
    );
  }

  #lost(reason: LossReason): void {
    this.#step({ type: 'lost', reason });
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

/** The token that the next handshake carries. */
export class TokenSource {
  readonly #source: string | TokenFunction | undefined;
  #current: string | undefined;

  /** @param source undefined: handshakes have no token */
  constructor(source: string | TokenFunction | undefined) {
    this.#source = source;
  }

  get canGetTokens(): boolean {
    return typeof this.#source === 'function';
  }

  /** The current token is no longer valid: the next handshake gets a new one, if the application has a token function. */
  invalidate(): void {
    this.#current = undefined;
  }

  /** @returns the current token, or a new one. @throws what the application's function throws */
  async current(): Promise<string | undefined> {
    return this.#current ?? this.fresh();
  }

  /** @returns a new token, or the one that never changes. @throws what the application's function throws */
  async fresh(): Promise<string | undefined> {
    const source = this.#source;
    this.#current = (typeof source === 'function' ? await source() : source) ?? undefined;
    return this.#current;
  }
}
