/** How long a socket may go on: as long as its token, or the one that replaced it. */
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

/** The client is told this long before its token ends. */
const warningMs = 60_000;
/** Node's timers end at 2^31 ms; longer waits are made of several. */
const longestWaitMs = 24 * 3_600_000;

type TokenTimes = Pick<Extract<Authentication, { outcome: 'user' }>, 'issuedAtMs' | 'expiresAtMs'>;

interface LeaseOptions {
  readonly userId: UserId;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly expiring: (expiresAt: string) => void;
  readonly expired: () => void;
}

export class TokenLease {
  readonly #options: LeaseOptions;
  #cancel: () => void = () => {};
  #issuedAtMs: number | null = null;
  #isStopped = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  get issuedAtMs(): number | null {
    return this.#issuedAtMs;
  }

  /** Times are by the wall clock, as tokens say them; null: not issued at a known time, never expires. */
  start({ issuedAtMs, expiresAtMs }: TokenTimes): void {
    this.#cancel();
    this.#issuedAtMs = issuedAtMs;
    if (expiresAtMs === null || this.#isStopped) return;
    const { expiring, expired } = this.#options;
    this.#at(expiresAtMs - warningMs, () => {
      expiring(isoTime(expiresAtMs));
      this.#at(expiresAtMs, expired);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Another token of the same user takes the place of the present one. */
  async refresh(token: string): Promise<Outcome<RequestResult<'refresh_token'>>> {
    const found = await this.#options.authenticator.authenticate(token);
    if (found.outcome === 'refused') return fail({ code: found.code });
    if (found.userId !== this.#options.userId) return fail({ code: 'forbidden' });
    this.start(found);
    return succeed({ expires_at: found.expiresAtMs === null ? null : isoTime(found.expiresAtMs) });
  }

  #at(wallMs: number, task: () => void): void {
    const waitMs = Math.max(0, wallMs - Date.now());
    this.#cancel = this.#options.clock.after(Math.min(waitMs, longestWaitMs), () => {
      if (waitMs > longestWaitMs) this.#at(wallMs, task);
      else task();
    });
  }
}
