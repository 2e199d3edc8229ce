/** Delivers the outbox of each partition that this node owns, for each kind of adapter independently. */
import { retryWhile } from '../concurrency/retry.ts';
import type { DeliveryKind } from '../ports/adapters.ts';
import type { Lease, PartitionWork } from '../ports/leases.ts';
import type { Outbox, OutboxBatch } from '../ports/outbox.ts';
import { type Clock, type Logger, type Random, sleep, untilAborted } from '../ports/runtime.ts';
import { emitTelemetry } from '../telemetry/events.ts';
import type { MessageProbe } from '../telemetry/message-probe.ts';
import { AdapterDelivery } from './adapter-delivery.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import { OutboxWatch } from './outbox-watch.ts';
import type { Round } from './round.ts';
import type { DeliveryTarget } from './target.ts';

/** Retries by operators, and changes of the cluster's kinds, are noticed within this time, ms. */
const lookEveryMs = 2000;
const longestPauseMs = 2000;

export interface DeliveryWorkDeps {
  readonly outbox: Outbox;
  readonly targets: readonly DeliveryTarget[];
  readonly settings: DeliverySettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly probe?: MessageProbe;
}

/** One kind in one partition, while this node owns it. */
interface Assignment {
  readonly lease: Lease;
  readonly target: DeliveryTarget;
  readonly delivery: AdapterDelivery;
  readonly alarm: DeadLetterAlarm;
  readonly signal: AbortSignal;
}

interface Task {
  readonly what: DeliveryKind | 'kinds';
  readonly step: () => Promise<void>;
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

export class DeliveryWork implements PartitionWork {
  readonly name = 'delivery';
  readonly #deps: DeliveryWorkDeps;
  readonly #watch: OutboxWatch;

  constructor(deps: DeliveryWorkDeps) {
    this.#deps = deps;
    this.#watch = new OutboxWatch({ ...deps, tickMs: deps.settings.tickMs });
  }

  async run(lease: Lease, signal: AbortSignal): Promise<void> {
    const endUse = this.#watch.use();
    const assignments = this.#deps.targets.map(async (target) => {
      const delivery = new AdapterDelivery({ ...this.#deps, target });
      const alarm = new DeadLetterAlarm({ ...this.#deps, partition: lease.partition, kind: target.kind });
      const step = () => this.#round({ lease, target, delivery, alarm, signal });
      await this.#repeat({ what: target.kind, step, lease, signal });
    });
    await Promise.all([this.#keepOpen(lease, signal), ...assignments]);
    endUse();
  }

  /** Opens the outbox again when the cluster's kinds change, because each kind has a cursor. */
  async #keepOpen(lease: Lease, signal: AbortSignal): Promise<void> {
    let opened: string | null = null;
    const step = async () => {
      const kinds = [...this.#deps.outbox.kinds()].join(' ');
      if (kinds !== opened && (await this.#deps.outbox.open(lease)) === 'opened') opened = kinds;
      await sleep(this.#deps.clock, lookEveryMs, signal);
    };
    await this.#repeat({ what: 'kinds', step, lease, signal });
  }

  /**
   * Repeats a step until the signal aborts; resolves when the last step has ended. Not a `runLoop`, which pauses
   * after every round: each step here decides its own pause, from none after a full batch to 2 s.
   */
  async #repeat({ what, step, lease, signal }: Task): Promise<void> {
    const { clock, logger, settings } = this.#deps;
    const { partition } = lease;
    const onFailure = (err: unknown) =>
      logger.warn({ partition, what, err }, 'a step of the delivery failed; will retry');
    const isWanted = () => !signal.aborted;
    const retries = { clock, isWanted, onFailure, baseMs: settings.tickMs, signal };
    while (isWanted()) await retryWhile(step, retries);
  }

  async #round(assignment: Assignment): Promise<void> {
    const { outbox, settings } = this.#deps;
    const { lease, target, delivery, signal } = assignment;
    const { partition } = lease;
    const batch = await outbox.read(partition, target.kind, delivery.reach);
    if (batch === null) return this.#open(assignment);
    const { round, heldUpMs } = await delivery.deliver(batch, signal);
    const outcome = await this.#commit(assignment, round);
    // Another node has the lease: this work is stopped soon, and does nothing until then.
    if (outcome === 'not_owner') return untilAborted(signal);
    if (outcome === 'moved') return;
    const size = batch.waiting - round.passedCount + batch.retrying;
    emitTelemetry('queue_size', { partition, kind: target.kind, size });
    if (heldUpMs !== null) return sleep(this.#deps.clock, Math.min(heldUpMs, longestPauseMs), signal);
    if (isIdle(batch, round, settings)) await this.#idle(assignment, round.nextRetryMs);
  }

  /**
   * Opens the outbox. A kind that the cluster has ended gets no cursor, so the round waits for a change of the kinds.
   */
  async #open({ lease, target, signal }: Assignment): Promise<void> {
    const { outbox } = this.#deps;
    if ((await outbox.open(lease)) === 'not_owner') return untilAborted(signal);
    if (!outbox.kinds().has(target.kind)) await sleep(this.#deps.clock, lookEveryMs, signal);
  }

  #idle({ lease, signal }: Assignment, nextRetryMs: number | null): Promise<void> {
    const atMostMs = Math.min(lookEveryMs, nextRetryMs ?? lookEveryMs);
    return this.#watch.untilWaiting(lease.partition, atMostMs, signal);
  }

  async #commit({ lease, target, alarm }: Assignment, round: Round) {
    const commit = round.commit();
    if (commit === null) return 'committed';
    const committed = await this.#deps.outbox.commit(lease, commit);
    if (committed.type === 'committed') {
      emitOutcomes(target, round);
      alarm.dropped(committed.droppedDeadLetters);
    }
    return committed.type;
  }
}

/** False after a full or an unfinished batch: the next round follows at once. */
const isIdle = (batch: OutboxBatch, round: Round, settings: DeliverySettings): boolean =>
  batch.entries.length < settings.batchSize &&
  batch.retries.length < settings.batchSize &&
  round.passedCount === batch.entries.length;

function emitOutcomes({ kind }: DeliveryTarget, round: Round): void {
  for (const { attempts } of round.refusals)
    emitTelemetry('delivery_retry', { kind, entries: 1, attempt: attempts });
  for (const { groupId, reason } of round.deadLetters) {
    emitTelemetry('dead_letter', { kind, groupId, reason });
  }
}

/** At most one log line about dropped letters in this time, ms. */
const quietMs = 60_000;

export interface DeadLetterAlarmDeps {
  readonly partition: number;
  readonly kind: DeliveryKind;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Logs an error when dead letters of one kind were dropped in a partition, with their number. */
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
    logger.error(fields, 'the oldest dead letters of a group were dropped to keep its new ones');
  }
}
