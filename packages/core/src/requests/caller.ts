import type { Actor, Failure } from '@plenum/protocol';
import type { Subscriber } from '../ports/fan-out.ts';

/** Who asks, by which request, and from which device. The edge has authenticated all of it. */
export interface Caller {
  readonly actor: Actor;
  readonly requestId: string;
  /** The server made the id: it is remembered for 15 s instead of 10 min. */
  readonly isServerMadeId: boolean;
  /** The device that asked; null over REST and in client mode. */
  readonly subscriber: Subscriber | null;
}

export type Outcome<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly failure: Failure };

export const succeed = <R>(result: R): Outcome<R> => ({ ok: true, result });
export const fail = (failure: Failure): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure,
});
