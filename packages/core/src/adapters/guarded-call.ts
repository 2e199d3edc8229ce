/** The only way to an adapter: whatever it does, the caller gets one answer in time and nothing is thrown. */
import type { AdapterCall } from '../ports/adapters.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/telemetry.ts';
import { type AdapterName, emitTelemetry, type TelemetryEvents } from '../telemetry/events.ts';
import { Breaker, type BreakerPolicy } from './breaker.ts';

type CallFailure = TelemetryEvents['adapter_failed']['failure'];

export type Guarded<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** `not_called`: the breaker is open. `aborted`: the caller gave up; says nothing about the adapter. */
      readonly failure: CallFailure | 'not_called' | 'aborted';
      /** Ms until the breaker lets a call through; 0: it does now. */
      readonly pauseLeftMs: number;
    };

/** May throw, hang or return anything; its promise may settle whenever it likes. */
export type StartCall = (call: AdapterCall) => unknown;

/** What an answer means, null if nothing. It is code of a stranger: read each property once, into a new value. */
export type ReadAnswer<T> = (answer: unknown) => { readonly value: T } | null;

export interface GuardParts {
  readonly adapter: AdapterName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly policy?: BreakerPolicy;
}

type Settled =
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'throw'; readonly cause: unknown }
  | { readonly kind: 'timeout' | 'aborted' };

/** One per adapter: its breaker and its timeout. A call that blocks the event loop is beyond it. */
export class Guard {
  readonly breaker: Breaker;
  readonly #parts: GuardParts;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    this.breaker = new Breaker(parts);
  }

  /**
   * Never rejects. An answer that comes after the timeout is dropped, and a late rejection too.
   * @param signal ends the wait early.
   */
  async call<T>(start: StartCall, read: ReadAnswer<T>, signal?: AbortSignal): Promise<Guarded<T>> {
    if (signal?.aborted === true) return this.#not('aborted');
    if (!this.breaker.mayCall()) return this.#not('not_called');
    const settled = await this.#settle(start, signal);
    if (settled.kind === 'aborted') return this.#not('aborted');
    if (settled.kind !== 'answer')
      return this.#failed(settled.kind, 'cause' in settled ? settled.cause : null);
    try {
      const reading = read(settled.answer);
      if (reading === null) return this.#failed('bad_return', null);
      this.breaker.succeeded();
      return { ok: true, value: reading.value };
    } catch (cause) {
      return this.#failed('bad_return', cause);
    }
  }

  #settle(start: StartCall, signal: AbortSignal | undefined): Promise<Settled> {
    return new Promise((resolve) => {
      const controller = new AbortController();
      const finish = (settled: Settled) => {
        cancelTimeout();
        signal?.removeEventListener('abort', onAbort);
        resolve(settled);
      };
      const giveUp = (kind: 'timeout' | 'aborted') => {
        finish({ kind });
        controller.abort();
      };
      const onAbort = () => giveUp('aborted');
      const cancelTimeout = this.#parts.clock.after(this.#parts.timeoutMs, () => giveUp('timeout'));
      signal?.addEventListener('abort', onAbort, { once: true });
      new Promise((answer) => {
        answer(start({ signal: controller.signal }));
      }).then(
        (answer) => finish({ kind: 'answer', answer }),
        (cause: unknown) => finish({ kind: 'throw', cause }),
      );
    });
  }

  #failed<T>(failure: CallFailure, cause: unknown): Guarded<T> {
    const { adapter, logger } = this.#parts;
    this.breaker.failed();
    emitTelemetry('adapter_failed', { adapter, failure });
    logger.warn({ adapter, failure, cause: saidBy(cause) }, 'an adapter failed');
    return this.#not(failure);
  }

  #not<T>(failure: CallFailure | 'not_called' | 'aborted'): Guarded<T> {
    return { ok: false, failure, pauseLeftMs: this.breaker.pauseLeftMs };
  }
}

/** Longest text of an error that is logged, in characters. */
const saidMax = 300;

/** Only name and message: other properties of an error, such as the failing row, may hold message bodies. */
function saidBy(cause: unknown): string | undefined {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, saidMax) : undefined;
  } catch {
    return undefined;
  }
}
