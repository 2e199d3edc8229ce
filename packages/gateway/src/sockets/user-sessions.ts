/** The sockets of this node by user, and what cuts them from outside: an operator, or a revocation that was missed. */
import { type Clock, type Cut, isRevoked, type Logger, type Revocations, runLoop } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Session } from './session.ts';

/** A revocation whose push was lost is found within this time. */
const sweepMs = 30_000;
const usersPerRead = 500;

export interface UserSessionsDeps {
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class UserSessions {
  readonly #options: UserSessionsDeps;
  readonly #byUser = new Map<UserId, Set<Session>>();
  readonly #stopped = new AbortController();

  constructor(options: UserSessionsDeps) {
    this.#options = options;
    const { clock, logger } = options;
    const loop = { clock, logger, everyMs: sweepMs, signal: this.#stopped.signal };
    runLoop('revocations', () => this.#sweep(), loop);
  }

  add(session: Session): void {
    const sessions = this.#byUser.get(session.userId) ?? new Set();
    this.#byUser.set(session.userId, sessions.add(session));
  }

  remove(session: Session): void {
    const sessions = this.#byUser.get(session.userId);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#byUser.delete(session.userId);
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Never throws. */
  cut({ userId, code }: Cut): void {
    if (code === 'revoked') {
      this.verify([userId]).catch((err: unknown) => {
        this.#options.logger.warn(
          { user: userId, err },
          'a revocation could not be read; the sweep makes it good',
        );
      });
      return;
    }
    for (const session of [...(this.#byUser.get(userId) ?? [])]) session.close(code);
  }

  /** Cuts the sockets of these users whose tokens were revoked. */
  async verify(userIds: readonly UserId[]): Promise<void> {
    for (const [userId, revokedAtMs] of await this.#options.revocations.revokedAt(userIds)) {
      for (const session of [...(this.#byUser.get(userId) ?? [])]) {
        if (isRevoked(session.issuedAtMs, revokedAtMs)) session.close('revoked');
      }
    }
  }

  async #sweep(): Promise<void> {
    const users = [...this.#byUser.keys()];
    for (let at = 0; at < users.length; at += usersPerRead)
      await this.verify(users.slice(at, at + usersPerRead));
  }
}
