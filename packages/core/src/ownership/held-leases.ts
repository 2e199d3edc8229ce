/** The leases of this node: one state machine per partition, and the code that performs its effects. */
import { PARTITION_COUNT } from '../partitions.ts';
import type { Lease, Leases, PartitionWork } from '../ports/leases.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { emitTelemetry } from '../telemetry/events.ts';
import { type LeaseEffect, type LeaseEvent, type LeaseState, next, unheld } from './lease-state.ts';
import { RenewalTurns } from './renewal-turns.ts';

export interface HeldLeasesDeps {
  readonly leases: Leases;
  readonly works: readonly PartitionWork[];
  readonly nodeId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a work may take to end after it was asked; then its lease is released anyway. */
  readonly handoverMs: number;
  /** Called after a release: another node may acquire the partition now. */
  readonly onReleased: (partition: number) => void;
}

export class HeldLeases {
  readonly #deps: HeldLeasesDeps;
  readonly #states: LeaseState[] = Array.from({ length: PARTITION_COUNT }, () => unheld);
  /** Requests, releases and ends of works in progress; none of them rejects. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #running: RunningWorks;
  readonly #turns: RenewalTurns;
  #forgotten = 0;

  constructor(deps: HeldLeasesDeps) {
    this.#deps = deps;
    this.#turns = new RenewalTurns(deps.leases.ttlMs);
    this.#running = new RunningWorks(deps.works, deps.logger);
  }

  /** The leases under which works run. */
  held(): readonly Lease[] {
    return this.#states.flatMap((state) => (state.type === 'held' ? [state.lease] : []));
  }

  /** Requests the lease of every wanted partition that is not held, and hands over every other one. */
  aim(isWanted: (partition: number) => boolean): void {
    const releaseAtMs = this.#deps.clock.monotonicMs() + this.#deps.handoverMs;
    for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
      this.#apply(partition, isWanted(partition) ? { type: 'wanted' } : { type: 'unwanted', releaseAtMs });
    }
  }

  /**
   * Begins to renew the slices of held leases whose turn it is, so that the renewals are spread evenly over time. Ends
   * the works of leases that turn out to be lost. Never throws.
   */
  renewSome(): void {
    const { leases, clock } = this.#deps;
    const own = this.#states.flatMap((state) => ('lease' in state ? [state.lease] : []));
    if (own.length === 0) return;
    for (const slice of this.#turns.next(leases.slices(own), clock.monotonicMs())) void this.#renew(slice);
  }

  /** Ends the works of leases that this node may no longer rely on, or that it has been handing over for too long. */
  checkDeadlines(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const partition of this.#states.keys()) this.#apply(partition, { type: 'time', nowMs });
    this.#tellForgotten();
  }

  /** Resolves when no request, release or end is in progress. */
  async atRest(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #apply(partition: number, event: LeaseEvent): void {
    const [state, effects] = next(this.#states[partition] ?? unheld, event);
    this.#states[partition] = state;
    for (const effect of effects) this.#perform(partition, effect);
  }

  #perform(partition: number, effect: LeaseEffect): void {
    switch (effect.type) {
      case 'ask':
        this.#track(this.#ask(partition));
        break;
      case 'begin_works':
        emitTelemetry('lease_gained', { partition, token: effect.lease.token });
        this.#running.begin(effect.lease);
        break;
      case 'end_works':
        this.#track(this.#running.end(partition).then(() => this.#apply(partition, ended)));
        break;
      case 'release':
        emitTelemetry('lease_lost', { partition, token: effect.lease.token });
        this.#track(this.#release(effect.lease));
        break;
      case 'decline':
        this.#track(this.#release(effect.lease));
        break;
      case 'forget':
        emitTelemetry('lease_lost', { partition, token: effect.lease.token });
        this.#forgotten += 1;
    }
  }

  /** Never rejects. */
  async #renew(slice: readonly Lease[]): Promise<void> {
    const { leases, clock } = this.#deps;
    const sentAtMs = clock.monotonicMs();
    const sureUntilMs = this.#sureFrom(sentAtMs);
    const { renewed, lost } = await leases.renew(slice);
    this.#turns.ended(slice, renewed, sentAtMs);
    for (const { partition, token } of slice) {
      if (renewed.has(partition)) this.#apply(partition, { type: 'renewed', token, sureUntilMs });
      if (lost.has(partition)) this.#apply(partition, { type: 'lost', token });
    }
    this.#tellForgotten();
  }

  async #ask(partition: number): Promise<void> {
    const { leases, nodeId, clock, logger } = this.#deps;
    const sureUntilMs = this.#sureFrom(clock.monotonicMs());
    try {
      const lease = await leases.acquire(partition, nodeId);
      this.#turns.granted(partition, clock.monotonicMs());
      const nowMs = clock.monotonicMs();
      this.#apply(partition, lease === null ? refused : { type: 'granted', lease, sureUntilMs, nowMs });
    } catch (err) {
      logger.debug({ partition, err }, 'could not request a lease; will retry');
      this.#apply(partition, refused);
    }
  }

  async #release(lease: Lease): Promise<void> {
    const { leases, logger, onReleased } = this.#deps;
    try {
      await leases.release(lease);
      onReleased(lease.partition);
    } catch (err) {
      logger.debug({ partition: lease.partition, err }, 'could not release a lease; it ends by itself');
    }
  }

  /**
   * How long a lease is relied on: 5/6 of its TTL, counted from before the request. The margin is for a late timer,
   * because works have to end before another node may begin.
   */
  #sureFrom(sentAtMs: number): number {
    return sentAtMs + (this.#deps.leases.ttlMs * 5) / 6;
  }

  #track(underWay: Promise<void>): void {
    const tracked = underWay.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  #tellForgotten(): void {
    if (this.#forgotten === 0) return;
    const fields = { leases: this.#forgotten };
    this.#deps.logger.warn(
      fields,
      'leases were lost: other nodes have them, or they could not be renewed in time',
    );
    this.#forgotten = 0;
  }
}

const ended: LeaseEvent = { type: 'ended' };
const refused: LeaseEvent = { type: 'refused' };

interface Running {
  readonly stop: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

/** The works that run on this node for the partitions that it holds. */
class RunningWorks {
  readonly #works: readonly PartitionWork[];
  readonly #logger: Logger;
  readonly #running = new Map<number, Running>();

  constructor(works: readonly PartitionWork[], logger: Logger) {
    this.#works = works;
    this.#logger = logger;
  }

  /** Begins all works of the partition. No work of this partition may be running. */
  begin(lease: Lease): void {
    const stop = new AbortController();
    const ended = Promise.all(this.#works.map((work) => this.#run(work, lease, stop.signal)));
    this.#running.set(lease.partition, { stop, ended: ended.then(() => undefined) });
  }

  /** Asks all works of the partition to end. Resolves when nothing runs; never rejects. */
  async end(partition: number): Promise<void> {
    const running = this.#running.get(partition);
    if (running === undefined) return;
    running.stop.abort();
    await running.ended;
    this.#running.delete(partition);
  }

  async #run(work: PartitionWork, lease: Lease, signal: AbortSignal): Promise<void> {
    try {
      await work.run(lease, signal);
      if (!signal.aborted) throw new Error('the work ended while its lease was still held');
    } catch (err) {
      const fields = { work: work.name, partition: lease.partition, err };
      this.#logger.error(
        fields,
        'bug: a work of a partition failed; the next owner of the partition starts it again',
      );
    }
  }
}
