/** Warns operators when groups of a partition have more dead letters of one kind than are kept, with the losses. */
import type { DeliveryKind } from '../ports/adapters.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/telemetry.ts';
import { emitTelemetry } from '../telemetry/events.ts';

/** At most one line about dropped letters in this time. */
const quietMs = 60_000;

export interface DeadLetterAlarmDeps {
  readonly partition: number;
  readonly kind: DeliveryKind;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class DeadLetterAlarm {
  readonly #deps: DeadLetterAlarmDeps;
  #dropped = 0;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: DeadLetterAlarmDeps) {
    this.#deps = deps;
  }

  dropped(entries: number): void {
    if (entries === 0) return;
    const { partition, kind, clock, logger } = this.#deps;
    emitTelemetry('dead_letters_dropped', { partition, kind, entries });
    this.#dropped += entries;
    if (clock.monotonicMs() - this.#loggedAtMs < quietMs) return;
    this.#loggedAtMs = clock.monotonicMs();
    const fields = { partition, kind, dropped: this.#dropped };
    logger.error(fields, 'the oldest dead letters of a group gave way to its new ones and are lost');
  }
}
