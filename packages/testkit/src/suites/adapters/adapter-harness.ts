import type { AdapterCall } from '@plenum/core';

/** Faults of the service that an adapter calls: it is away (`throw`), silent (`hang`), or answers nonsense (`garbage`). */
export type Ailment = 'throw' | 'hang' | 'garbage';

export interface Ailing {
  /** For calls from now on. */
  ail(ailment: Ailment): Promise<void>;
  heal(): Promise<void>;
}

/** A caller that waits as long as it takes. */
export const patient = (): AdapterCall => ({ signal: new AbortController().signal });

/** A caller that gives up after `ms`. */
export function impatient(ms = 100): AdapterCall {
  return { signal: AbortSignal.timeout(ms) };
}

/** A caller that gave up before the call. */
export const gone = (): AdapterCall => ({ signal: AbortSignal.abort() });
