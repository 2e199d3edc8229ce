/** Tells operators when the dead letters of one kind in one partition are full, and what that costs. */
import type { DeliveryKind } from '../ports/adapters.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/telemetry.ts';
import { emitTelemetry } from '../telemetry/events.ts';

/** At most one line about dropped letters in this time. */
const quietMs = 60_000;

export interface FullnessParts {
  readonly partition: number;
  readonly kind: DeliveryKind;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Fullness {
  readonly #parts: FullnessParts;
  #isBlocked = false;
  #dropped = 0;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FullnessParts) {
    this.#parts = parts;
  }

  /** Whether entries wait only because too many were refused. Told when it changes. */
  blocked(isBlocked: boolean): void {
    if (isBlocked === this.#isBlocked) return;
    this.#isBlocked = isBlocked;
    const { partition, kind, logger } = this.#parts;
    emitTelemetry('delivery_blocked', { partition, kind, isBlocked });
    if (isBlocked) {
      const sentence =
        'an adapter has refused so much that nothing more is offered to it: see the dead letters';
      logger.error({ partition, kind }, sentence);
    } else logger.info({ partition, kind }, 'there is room for dead letters again: deliveries go on');
  }

  dropped(entries: number): void {
    if (entries === 0) return;
    const { partition, kind, clock, logger } = this.#parts;
    emitTelemetry('dead_letters_dropped', { partition, kind, entries });
    this.#dropped += entries;
    if (clock.monotonicMs() - this.#loggedAtMs < quietMs) return;
    this.#loggedAtMs = clock.monotonicMs();
    const fields = { partition, kind, dropped: this.#dropped };
    logger.error(fields, 'the oldest dead letters gave way to new ones and are lost');
  }

  /** The partition is another node's to tell of. */
  end(): void {
    if (!this.#isBlocked) return;
    const { partition, kind } = this.#parts;
    emitTelemetry('delivery_blocked', { partition, kind, isBlocked: false });
    this.#isBlocked = false;
  }
}
