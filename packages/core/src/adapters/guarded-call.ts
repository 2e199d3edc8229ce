/**
 * The only way to call an adapter: the caller gets one answer in time, and nothing is thrown, whatever the adapter
 * does.
 */

import { errorSummary, withTimeout } from '../concurrency/bounded-calls.ts';
import type { AdapterCall } from '../ports/adapters.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { type AdapterName, emitTelemetry, type TelemetryEvents } from '../telemetry/events.ts';
import { isTraced, trace } from '../telemetry/traced-work.ts';
import { Breaker, type BreakerPolicy } from './breaker.ts';

type CallFailure = TelemetryEvents['adapter_failed']['failure'];

export type Guarded<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /**
       * `not_called`: the breaker is open. `aborted`: the caller gave up, which does not count against the adapter.
       */
      readonly failure: CallFailure | 'not_called' | 'aborted';
      /** Ms until the breaker lets a call through; 0: now. */
      readonly pauseLeftMs: number;
    };

/** Starts the call. It may throw, hang or return anything; its promise may settle at any time. */
export type StartCall = (call: AdapterCall) => unknown;

/** Reads an answer of untrusted code; null if it is malformed. Read each property once and copy it. */
export type ReadAnswer<T> = (answer: unknown) => { readonly value: T } | null;

export interface GuardDeps {
  readonly adapter: AdapterName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly policy?: BreakerPolicy;
}

const outcomeOf = (guarded: Guarded<unknown>): string => (guarded.ok ? 'ok' : guarded.failure);

/** The guard of one adapter, with its breaker and its timeout. */
export class Guard {
  readonly breaker: Breaker;
  readonly #deps: GuardDeps;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.breaker = new Breaker(deps);
  }

  /**
   * Calls the adapter. Never rejects. An answer or rejection after the timeout is dropped.
   * @param signal ends the wait early
   */
  call<T>(start: StartCall, read: ReadAnswer<T>, signal?: AbortSignal): Promise<Guarded<T>> {
    const call = () => this.#call(start, read, signal);
    return isTraced('adapter_call')
      ? trace('adapter_call', { adapter: this.#deps.adapter }, call, outcomeOf)
      : call();
  }

  async #call<T>(start: StartCall, read: ReadAnswer<T>, signal?: AbortSignal): Promise<Guarded<T>> {
    if (signal?.aborted === true) return this.#not('aborted');
    if (!this.breaker.mayCall()) return this.#not('not_called');
    const { clock, timeoutMs } = this.#deps;
    const timed = await withTimeout((own) => start({ signal: own }), { clock, timeoutMs, signal });
    if (timed.type === 'aborted') return this.#not('aborted');
    if (timed.type !== 'answer') return this.#failed(timed.type, 'cause' in timed ? timed.cause : null);
    try {
      const reading = read(timed.answer);
      if (reading === null) return this.#failed('bad_return', null);
      this.breaker.succeeded();
      return { ok: true, value: reading.value };
    } catch (cause) {
      return this.#failed('bad_return', cause);
    }
  }

  #failed<T>(failure: CallFailure, cause: unknown): Guarded<T> {
    const { adapter, logger } = this.#deps;
    this.breaker.failed();
    emitTelemetry('adapter_failed', { adapter, failure });
    logger.warn({ adapter, failure, err: errorSummary(cause) }, 'an adapter failed');
    return this.#not(failure);
  }

  #not<T>(failure: CallFailure | 'not_called' | 'aborted'): Guarded<T> {
    return { ok: false, failure, pauseLeftMs: this.breaker.pauseLeftMs };
  }
}
