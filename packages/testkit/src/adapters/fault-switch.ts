/** Makes an adapter of a test fail on command, in every way that its contract allows and in some that it forbids. */
import type { AdapterCall, Clock } from '@plenum/core';

/**
 * `throw`: rejects at once · `hang`: does not answer until the call is aborted, then rejects · `late`: ignores the abort and
 * works when the fault ends · `slow`: works after 50 ms · `garbage`: does nothing and returns an invalid answer.
 */
export type AdapterFault = 'throw' | 'hang' | 'late' | 'slow' | 'garbage';

const slowMs = 50;

export class FaultSwitch {
  readonly #clock: Clock;
  #fault: AdapterFault | null = null;
  #late: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets the fault of later calls. Null ends it; then calls that are `late` do their work. */
  set(fault: AdapterFault | null): void {
    this.#fault = fault;
    if (fault === 'late') return;
    const late = this.#late;
    this.#late = [];
    for (const release of late) release();
  }

  /** @param work runs if and when the fault allows it */
  async play<T>(call: AdapterCall, work: () => T): Promise<T> {
    if (call.signal.aborted) throw new Error('aborted before the call');
    switch (this.#fault) {
      case null:
        return work();
      case 'throw':
        throw new Error('the adapter throws');
      case 'hang':
        return untilAborted(call);
      case 'late':
        await new Promise<void>((resolve) => this.#late.push(resolve));
        return work();
      case 'slow':
        await new Promise<void>((resolve) => this.#clock.after(slowMs, resolve));
        return work();
      case 'garbage':
        return JSON.parse('{"nonsense":[1,2,3]}');
    }
  }
}

function untilAborted(call: AdapterCall): Promise<never> {
  return new Promise((_, reject) => {
    call.signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
