/** An adapter as the delivery worker sees it: what it delivers to, and the link that all partitions of a node share. */

import type { Guard, Guarded, ReadAnswer, StartCall } from '../adapters/guarded-call.ts';
import { Limiter } from '../concurrency/bounded-calls.ts';
import type { ArchiveEntry } from '../log/entry.ts';
import type { DeliveryKind } from '../ports/adapters.ts';

/** What became of a delivery. */
export type Delivered =
  /** All were taken but those that are named with a reason, by message id. */
  | {
      readonly type: 'taken';
      readonly refused: ReadonlyMap<string, string>;
      /** The page that was refused; null: the first one. */
      readonly membersCursor: string | null;
    }
  /** Its pages up to this one are done; there are more. */
  | { readonly type: 'partly'; readonly membersCursor: string }
  /** The adapter failed; nothing counts as taken but the pages before this one. */
  | { readonly type: 'failed'; readonly membersCursor: string | null }
  /** It was not called: its breaker is open, or the delivery was aborted. */
  | { readonly type: 'held'; readonly pauseLeftMs: number; readonly membersCursor: string | null };

/** An adapter as the delivery worker sees it. Never rejects but for a store that is away. */
export interface DeliveryTarget {
  readonly kind: DeliveryKind;
  /** Entries that it takes at a time. */
  readonly callMax: number;
  /** Calls that went well, ever, of whatever partition. */
  readonly successes: number;
  /** Entries that it does not want are passed over. */
  wants(entry: ArchiveEntry): boolean;
  /** @param membersCursor where the pages of the first entry begin; null: at the first one. */
  deliver(
    entries: readonly ArchiveEntry[],
    membersCursor: string | null,
    signal: AbortSignal,
  ): Promise<Delivered>;
}

/** A reason as dead letters keep it: one line, bounded. */
export const reasonLine = (text: string): string =>
  text.replace(/\s+/g, ' ').trim().slice(0, 512) || 'refused';

/** One adapter as all partitions of a node share it: a guard around each call, and a bound on how many are under way. */
export class AdapterLink {
  readonly #guard: Pick<Guard, 'call'>;
  readonly #limiter: Limiter;
  #successes = 0;

  constructor(guard: Pick<Guard, 'call'>, callsAtOnce: number) {
    this.#guard = guard;
    this.#limiter = new Limiter(callsAtOnce);
  }

  /** Calls that succeeded, ever. */
  get successes(): number {
    return this.#successes;
  }

  /** Never rejects. Calls are served in their order, so a busy partition does not shut out a quiet one. */
  call<T>(start: StartCall, read: ReadAnswer<T>, signal: AbortSignal): Promise<Guarded<T>> {
    return this.#limiter.run(async () => {
      const guarded = await this.#guard.call(start, read, signal);
      if (guarded.ok) this.#successes += 1;
      return guarded;
    });
  }
}
