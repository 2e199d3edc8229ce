/** Logs sign-ins that `authenticate` could not check: at most one line a minute for each reason, however many sockets wait. */
import type { Clock, Logger } from '@plenum/core';

const quietMs = 60_000;

interface SignInAlarmDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

export class SignInAlarm {
  readonly #late: Line;
  readonly #thrown: Line;

  constructor({ clock, logger }: SignInAlarmDeps) {
    this.#late = new Line(clock, (fields) =>
      logger.warn(fields, 'authenticate has not answered a handshake in time'),
    );
    this.#thrown = new Line(clock, (fields) => logger.error(fields, 'authenticate has thrown'));
  }

  late(timeoutMs: number): void {
    this.#late.count({ timeout_ms: timeoutMs });
  }

  /** @param cause undefined: what was thrown is no error */
  thrown(cause: string | undefined): void {
    this.#thrown.count(cause === undefined ? {} : { cause });
  }
}

class Line {
  readonly #clock: Clock;
  readonly #write: (fields: object) => void;
  #handshakes = 0;
  #writtenAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, write: (fields: object) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  count(fields: object): void {
    this.#handshakes += 1;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#writtenAtMs < quietMs) return;
    this.#writtenAtMs = nowMs;
    this.#write({ ...fields, handshakes: this.#handshakes });
    this.#handshakes = 0;
  }
}
