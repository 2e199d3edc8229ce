/** An adapter as the delivery worker sees it, and the link to the adapter that all partitions of a node share. */

import type { Guard, Guarded, ReadAnswer, StartCall } from '../adapters/guarded-call.ts';
import { Limiter } from '../concurrency/bounded-calls.ts';
import type { ArchiveEntry } from '../log/entry.ts';
import type { AdapterCall, DeliveryKind } from '../ports/adapters.ts';
import type { Clock } from '../ports/runtime.ts';
import { emitTelemetry } from '../telemetry/events.ts';
import type { MessageProbe } from '../telemetry/message-probe.ts';
import { tracedAmong } from '../telemetry/traced-entries.ts';
import { isTraced, trace } from '../telemetry/traced-work.ts';
import type { LivingEntries } from './living-entries.ts';

/** The outcome of a delivery. */
export type Delivered =
  /** The adapter accepted all entries except those in `refused`: message id to reason. */
  | {
      readonly type: 'taken';
      readonly refused: ReadonlyMap<string, string>;
      /** The page at which the entry was refused; null: the first page. */
      readonly membersCursor: string | null;
    }
  /** The pages before this one are done; there are more. */
  | { readonly type: 'partly'; readonly membersCursor: string }
  /** The adapter failed. Only the pages before this one count as delivered. */
  | { readonly type: 'failed'; readonly membersCursor: string | null }
  /** The adapter was not called: its breaker is open, or the delivery was aborted. */
  | { readonly type: 'held'; readonly pauseLeftMs: number; readonly membersCursor: string | null };

/** An adapter as the delivery worker sees it. Rejects only when the store cannot be reached. */
export interface DeliveryTarget {
  readonly kind: DeliveryKind;
  /** The most entries in one call. */
  readonly callMax: number;
  /** Successful calls since the start of the node, from any partition. */
  readonly successes: number;
  /** False: the entry is skipped. */
  wants(entry: ArchiveEntry): boolean;
  /** Delivers entries. @param membersCursor the page with which the first entry continues; null: its first page */
  deliver(
    entries: readonly ArchiveEntry[],
    membersCursor: string | null,
    signal: AbortSignal,
  ): Promise<Delivered>;
}

export interface Offer {
  readonly entries: readonly ArchiveEntry[];
  /** As in `DeliveryTarget.deliver`. */
  readonly membersCursor: string | null;
  readonly signal: AbortSignal;
}

export interface OfferDeps {
  readonly target: DeliveryTarget;
  readonly clock: Clock;
  /** Absent: no message is traced. */
  readonly probe?: MessageProbe;
}

/** Delivers entries to the target, and emits how long that took if they were accepted. */
export async function offer(
  { target, clock, probe }: OfferDeps,
  { entries, membersCursor, signal }: Offer,
): Promise<Delivered> {
  const { kind } = target;
  const startMs = clock.monotonicMs();
  const deliver = () => target.deliver(entries, membersCursor, signal);
  const delivered = await (isTraced('delivery') ? tracedDelivery(kind, entries, deliver) : deliver());
  const durationMs = clock.monotonicMs() - startMs;
  if (probe?.isArmed === true) probe.offered(kind, entries, { ...delivered, tookMs: durationMs });
  if (delivered.type !== 'taken') return delivered;
  emitTelemetry('delivered', { kind, entries: entries.length - delivered.refused.size, durationMs });
  return delivered;
}

function tracedDelivery(
  kind: DeliveryKind,
  entries: readonly ArchiveEntry[],
  deliver: () => Promise<Delivered>,
): Promise<Delivered> {
  const traced = tracedAmong(entries);
  if (traced.length === 0) return deliver();
  return trace('delivery', { kind, entries: entries.length, traced }, deliver, ({ type }) => type);
}

/** A reason as dead letters store it: one line of at most 512 characters. */
export const reasonLine = (text: string): string =>
  text.replace(/\s+/g, ' ').trim().slice(0, 512) || 'refused';

interface LinkCall<T> {
  readonly entries: readonly ArchiveEntry[];
  /** Asked after the call has waited for its turn. */
  readonly living: LivingEntries;
  readonly start: (living: readonly ArchiveEntry[], call: AdapterCall) => ReturnType<StartCall>;
  readonly read: ReadAnswer<T>;
  readonly signal: AbortSignal;
}

/**
 * The link to one adapter, shared by all partitions of a node: a guard around each call, and a limit of calls in
 * progress.
 */
export class AdapterLink {
  readonly #guard: Pick<Guard, 'call'>;
  readonly #limiter: Limiter;
  #successes = 0;

  constructor(guard: Pick<Guard, 'call'>, callsAtOnce: number) {
    this.#guard = guard;
    this.#limiter = new Limiter(callsAtOnce);
  }

  /** Successful calls since the start of the node. */
  get successes(): number {
    return this.#successes;
  }

  /**
   * Rejects only when `living` does. Calls run in order of arrival, so a busy partition does not shut out a quiet one.
   * @returns null: no entry of the call lives, so the adapter was not called
   */
  call<T>({ entries, living, start, read, signal }: LinkCall<T>): Promise<Guarded<T> | null> {
    return this.#limiter.run(async () => {
      const left = await living(entries);
      if (left.length === 0) return null;
      const guarded = await this.#guard.call((call) => start(left, call), read, signal);
      if (guarded.ok) this.#successes += 1;
      return guarded;
    });
  }
}
