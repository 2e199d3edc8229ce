/**
 * Circuit breaker of an adapter: after 5 failures in a row it is not called for a while. A pure state machine, and
 * the class that holds its state.
 */
import { backoff } from '../concurrency/retry.ts';
import type { Clock } from '../ports/runtime.ts';
import { type AdapterName, emitTelemetry } from '../telemetry/events.ts';

export interface BreakerPolicy {
  /** Failures in a row that open the breaker. */
  readonly failuresToOpen: number;
  /** The first pause without calls; doubles with every trial that fails. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const defaultBreakerPolicy: BreakerPolicy = {
  failuresToOpen: 5,
  firstPauseMs: 1000,
  longestPauseMs: 30_000,
};

export type BreakerState =
  | { readonly isOpen: false; readonly failures: number }
  | {
      readonly isOpen: true;
      /** Its first opening and every trial that failed since: the pause doubles with each. */
      readonly openings: number;
      readonly pauseMs: number;
      /** From this time on, one call is let through as a trial. */
      readonly trialAtMs: number;
      readonly isTrialOut: boolean;
    };
export const closedBreaker: BreakerState = { isOpen: false, failures: 0 };

/**
 * Decides whether a call may be made. An open breaker allows one trial per pause, even if the outcome of the last
 * trial was never reported.
 */
export function askBreaker(state: BreakerState, nowMs: number): readonly [BreakerState, mayCall: boolean] {
  if (!state.isOpen) return [state, true];
  if (nowMs < state.trialAtMs) return [state, false];
  return [{ ...state, trialAtMs: nowMs + state.pauseMs, isTrialOut: true }, true];
}

/** Applies a failed call. Calls that were in progress when the breaker opened change nothing. */
export function failBreaker(state: BreakerState, nowMs: number, policy: BreakerPolicy): BreakerState {
  if (!state.isOpen) {
    const failures = state.failures + 1;
    if (failures < policy.failuresToOpen) return { isOpen: false, failures };
    return open(1, nowMs, policy);
  }
  return state.isTrialOut ? open(state.openings + 1, nowMs, policy) : state;
}

function open(openings: number, nowMs: number, policy: BreakerPolicy): BreakerState {
  const pauseMs = backoff(openings, { baseMs: policy.firstPauseMs, maxMs: policy.longestPauseMs });
  return { isOpen: true, openings, pauseMs, trialAtMs: nowMs + pauseMs, isTrialOut: false };
}

export interface BreakerDeps {
  readonly adapter: AdapterName;
  readonly clock: Clock;
  readonly policy?: BreakerPolicy;
}

/** The breaker of one adapter in this process. A caller asks it before each call and reports the outcome. */
export class Breaker {
  readonly #adapter: AdapterName;
  readonly #clock: Clock;
  readonly #policy: BreakerPolicy;
  #state: BreakerState = closedBreaker;

  constructor({ adapter, clock, policy = defaultBreakerPolicy }: BreakerDeps) {
    this.#adapter = adapter;
    this.#clock = clock;
    this.#policy = policy;
  }

  get isOpen(): boolean {
    return this.#state.isOpen;
  }

  /** Ms until a call is let through; 0 if a call is let through now. */
  get pauseLeftMs(): number {
    if (!this.#state.isOpen) return 0;
    return Math.max(0, this.#state.trialAtMs - this.#clock.monotonicMs());
  }

  /** True: call the adapter now, and report `succeeded` or `failed`. */
  mayCall(): boolean {
    const [state, mayCall] = askBreaker(this.#state, this.#clock.monotonicMs());
    this.#state = state;
    return mayCall;
  }

  succeeded(): void {
    this.#become(closedBreaker);
  }

  failed(): void {
    this.#become(failBreaker(this.#state, this.#clock.monotonicMs(), this.#policy));
  }

  #become(state: BreakerState): void {
    const wasOpen = this.#state.isOpen;
    this.#state = state;
    if (state.isOpen === wasOpen) return;
    emitTelemetry('breaker_changed', { adapter: this.#adapter, isOpen: state.isOpen });
  }
}
