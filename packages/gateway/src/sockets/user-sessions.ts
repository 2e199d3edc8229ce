/** The sockets of this node by user. Cuts them when an operator asks, or when their token was revoked. */
import { type Clock, type Cut, isRevoked, type Logger, type Revocations, runLoop } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Session } from './session.ts';

/** A revocation whose message was lost is found within this time, ms. */
const sweepMs = 30_000;
const usersPerRead = 500;

export interface UserSessionsDeps {
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class UserSessions {
  readonly #options: UserSessionsDeps;
  /** Lists of their exact length: most users have one socket here, and a set of one takes four times as much memory. */
  readonly #byUser = new Map<UserId, readonly Session[]>();
  readonly #stopped = new AbortController();

  constructor(options: UserSessionsDeps) {
    this.#options = options;
    const { clock, logger } = options;
    const loop = { clock, logger, everyMs: sweepMs, signal: this.#stopped.signal };
    runLoop('revocations', () => this.#sweep(), loop);
  }

  add(session: Session): void {
    this.#byUser.set(session.userId, this.#of(session.userId).concat(session));
  }

  remove(session: Session): void {
    const left = this.#of(session.userId).filter((other) => other !== session);
    if (left.length === 0) this.#byUser.delete(session.userId);
    else this.#byUser.set(session.userId, left);
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Never throws. */
  cut({ userId, code }: Cut): void {
    if (code === 'revoked') {
      this.verify([userId]).catch((err: unknown) => {
        this.#options.logger.warn({ user: userId, err }, 'could not read a revocation; will retry');
      });
      return;
    }
    for (const session of this.#of(userId)) session.close(code);
  }

  /** Cuts the sockets of these users whose tokens were revoked. */
  async verify(userIds: readonly UserId[]): Promise<void> {
    for (const [userId, revokedAtMs] of await this.#options.revocations.revokedAt(userIds)) {
      for (const session of this.#of(userId)) {
        if (isRevoked(session.issuedAtMs, revokedAtMs)) session.close('revoked');
      }
    }
  }

  #of(userId: UserId): readonly Session[] {
    return this.#byUser.get(userId) ?? [];
  }

  async #sweep(): Promise<void> {
    const users = [...this.#byUser.keys()];
    for (let at = 0; at < users.length; at += usersPerRead)
      await this.verify(users.slice(at, at + usersPerRead));
  }
}
