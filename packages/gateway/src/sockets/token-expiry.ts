/**
 * Watches the expiry of a socket's token: warns the client before it, cuts the socket at it, and lets a refresh
 * replace the token.
 */
import {
  type Authentication,
  type Authenticator,
  type Clock,
  fail,
  isoTime,
  type Outcome,
  succeed,
} from '@plenum/core';
import type { RequestResult, UserId } from '@plenum/protocol';

/**
 * The client is warned this long before its token expires; a shorter token is warned about after half of its time. An
 * immediate warning would make the client replace such a token again and again.
 */
const warningMs = 60_000;
/** The longest timer: Node's timers end at 2^31 ms, so a longer wait takes several. */
const longestWaitMs = 24 * 3_600_000;

type TokenTimes = Pick<Extract<Authentication, { type: 'user' }>, 'issuedAtMs' | 'expiresAtMs'>;

/** The session that uses the token. */
export interface TokenSession {
  readonly userId: UserId;
  tokenExpiring(expiresAt: string): void;
  tokenExpired(): void;
}

interface TokenExpiryDeps {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  /** As in `GatewayOptions`. */
  readonly wallMs?: () => number;
}

/** The expiry of one connection's token. It keeps references, not copies, and one timer. */
export class TokenExpiry {
  readonly #holder: TokenSession;
  readonly #deps: TokenExpiryDeps;
  /** Wall-clock time, ms since 1970. */
  #expiresAtMs = 0;
  #warnsAtMs = 0;
  #issuedAtMs: number | null = null;
  #isWarned = false;
  #isStopped = false;
  #cancel: (() => void) | null = null;

  constructor(holder: TokenSession, deps: TokenExpiryDeps) {
    this.#holder = holder;
    this.#deps = deps;
  }

  get issuedAtMs(): number | null {
    return this.#issuedAtMs;
  }

  /** Starts with a token. Times are wall-clock times, as in tokens; null: unknown issue time, or no expiry. */
  start({ issuedAtMs, expiresAtMs }: TokenTimes): void {
    this.#cancel?.();
    this.#issuedAtMs = issuedAtMs;
    if (expiresAtMs === null || this.#isStopped) return;
    this.#expiresAtMs = expiresAtMs;
    this.#warnsAtMs = expiresAtMs - Math.min(warningMs, (expiresAtMs - this.#nowMs) / 2);
    this.#isWarned = false;
    this.#wait();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  /** Replaces the token by another one of the same user. */
  async refresh(token: string): Promise<Outcome<RequestResult<'refresh_token'>>> {
    const found = await this.#deps.authenticator.authenticate(token);
    if (found.type === 'refused') return fail({ code: found.code });
    if (found.userId !== this.#holder.userId) return fail({ code: 'forbidden' });
    this.start(found);
    return succeed({ expires_at: found.expiresAtMs === null ? null : isoTime(found.expiresAtMs) });
  }

  get #nowMs(): number {
    return (this.#deps.wallMs ?? Date.now)();
  }

  get #leftMs(): number {
    const untilMs = this.#isWarned ? this.#expiresAtMs : this.#warnsAtMs;
    return Math.max(0, untilMs - this.#nowMs);
  }

  #wait(): void {
    this.#cancel = this.#deps.clock.after(Math.min(this.#leftMs, longestWaitMs), () => this.#goOn());
  }

  #goOn(): void {
    if (this.#leftMs > 0) this.#wait();
    else if (this.#isWarned) this.#holder.tokenExpired();
    else {
      this.#holder.tokenExpiring(isoTime(this.#expiresAtMs));
      this.#isWarned = true;
      this.#wait();
    }
  }
}
