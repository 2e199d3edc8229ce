/**
 * One partition as one node sees it: from wanting it over holding its lease to having given it away. Pure: time comes
 * with the events, and what has to be done is returned. Works of one partition never run twice at a time on one node.
 */
import type { Lease } from '../ports/leases.ts';

export type LeaseState =
  /** Nothing is held and nothing runs. */
  | { readonly type: 'none' }
  /** The store was asked for the lease. */
  | { readonly type: 'asking'; readonly isWanted: boolean }
  | HeldState
  /** Another node is preferred: works come to their end under a lease that is still held. */
  | (Held<'handing_over'> & {
      /** Then the lease is given back whether they have ended or not: the fence stops what they still try. */
      readonly releaseAtMs: number;
    })
  /** The lease is gone; works that were stopped still run. */
  | { readonly type: 'ending' };

interface Held<P extends string> {
  readonly type: P;
  readonly lease: Lease;
  /** Until then no other node can have the lease, by this node's monotonic clock, counted from before the request. */
  readonly sureUntilMs: number;
}
type HeldState = Held<'held'>;

export type LeaseEvent =
  | { readonly type: 'wanted' }
  | { readonly type: 'unwanted'; readonly releaseAtMs: number }
  | {
      readonly type: 'granted';
      readonly lease: Lease;
      readonly sureUntilMs: number;
      readonly nowMs: number;
    }
  /** Another node holds it, or the holder is not known. */
  | { readonly type: 'refused' }
  | { readonly type: 'renewed'; readonly token: number; readonly sureUntilMs: number }
  | { readonly type: 'lost'; readonly token: number }
  | { readonly type: 'time'; readonly nowMs: number }
  /** No work of the partition runs. */
  | { readonly type: 'ended' };

export type LeaseEffect =
  | { readonly type: 'ask' }
  | { readonly type: 'begin_works'; readonly lease: Lease }
  /** `ended` has to follow, soon or late. */
  | { readonly type: 'end_works' }
  | { readonly type: 'release'; readonly lease: Lease }
  /** As release, of a lease under which nothing was begun. */
  | { readonly type: 'decline'; readonly lease: Lease }
  /** The lease went without being given back. */
  | { readonly type: 'forget'; readonly lease: Lease };

type Step = readonly [LeaseState, readonly LeaseEffect[]];

export const unheld: LeaseState = { type: 'none' };
const ending: LeaseState = { type: 'ending' };

export function next(state: LeaseState, event: LeaseEvent): Step {
  switch (state.type) {
    case 'none':
      return event.type === 'wanted' ? [{ type: 'asking', isWanted: true }, [{ type: 'ask' }]] : [state, []];
    case 'asking':
      return duringJoin(state, event);
    case 'held':
      return whileHeld(state, event);
    case 'handing_over':
      return whileHandingOver(state, event);
    case 'ending':
      return event.type === 'ended' ? [unheld, []] : [state, []];
  }
}

function duringJoin(state: Extract<LeaseState, { type: 'asking' }>, event: LeaseEvent): Step {
  if (event.type === 'wanted') return [{ ...state, isWanted: true }, []];
  if (event.type === 'unwanted') return [{ ...state, isWanted: false }, []];
  if (event.type === 'refused') return [unheld, []];
  if (event.type !== 'granted') return [state, []];
  const { lease, sureUntilMs, nowMs } = event;
  if (!state.isWanted || nowMs >= sureUntilMs) return [unheld, [{ type: 'decline', lease }]];
  return [{ type: 'held', lease, sureUntilMs }, [{ type: 'begin_works', lease }]];
}

function whileHeld(state: HeldState, event: LeaseEvent): Step {
  const { lease } = state;
  if (event.type === 'unwanted')
    return [{ ...state, type: 'handing_over', releaseAtMs: event.releaseAtMs }, [{ type: 'end_works' }]];
  if (isLost(state, event)) return [ending, [{ type: 'forget', lease }, { type: 'end_works' }]];
  return [renewed(state, event), []];
}

function whileHandingOver(state: Extract<LeaseState, { type: 'handing_over' }>, event: LeaseEvent): Step {
  const { lease, releaseAtMs } = state;
  if (event.type === 'ended') return [unheld, [{ type: 'release', lease }]];
  if (isLost(state, event)) return [ending, [{ type: 'forget', lease }]];
  if (event.type === 'time' && event.nowMs >= releaseAtMs) return [ending, [{ type: 'release', lease }]];
  return [renewed(state, event), []];
}

/** An answer about an earlier lease of the same partition says nothing about this one. */
const isLost = ({ lease, sureUntilMs }: Held<string>, event: LeaseEvent): boolean =>
  (event.type === 'lost' && event.token === lease.token) ||
  (event.type === 'time' && event.nowMs >= sureUntilMs);

const renewed = <S extends Held<string>>(state: S, event: LeaseEvent): S =>
  event.type === 'renewed' && event.token === state.lease.token
    ? { ...state, sureUntilMs: Math.max(state.sureUntilMs, event.sureUntilMs) }
    : state;
