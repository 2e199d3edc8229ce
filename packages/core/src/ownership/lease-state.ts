/**
 * The lease of one partition on one node, from the request to the release. Pure: events bring the time, and effects
 * are returned. Works of one partition never run twice at a time on one node.
 */
import type { Lease } from '../ports/leases.ts';

export type LeaseState =
  /** Nothing is held and nothing runs. */
  | { readonly type: 'none' }
  /** The store was asked for the lease. */
  | { readonly type: 'asking'; readonly isWanted: boolean }
  | HeldState
  /** Another node is preferred: works end while the lease is still held. */
  | (Held<'handing_over'> & {
      /** At this time the lease is released even if works still run: the fence stops their commits. */
      readonly releaseAtMs: number;
    })
  /** The lease is gone; works that were asked to end still run. */
  | { readonly type: 'ending' };

interface Held<P extends string> {
  readonly type: P;
  readonly lease: Lease;
  /**
   * Until this time no other node can have the lease. This node's monotonic clock, counted from before the request.
   */
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
  /** Another node holds the lease, or there was no answer. */
  | { readonly type: 'refused' }
  | { readonly type: 'renewed'; readonly token: number; readonly sureUntilMs: number }
  | { readonly type: 'lost'; readonly token: number }
  | { readonly type: 'time'; readonly nowMs: number }
  /** No work of the partition runs. */
  | { readonly type: 'ended' };

export type LeaseEffect =
  | { readonly type: 'ask' }
  | { readonly type: 'begin_works'; readonly lease: Lease }
  /** The event `ended` follows when the works have ended. */
  | { readonly type: 'end_works' }
  | { readonly type: 'release'; readonly lease: Lease }
  /** As `release`, for a lease under which no work began. */
  | { readonly type: 'decline'; readonly lease: Lease }
  /** The lease was lost, not released. */
  | { readonly type: 'forget'; readonly lease: Lease };

type Step = readonly [LeaseState, readonly LeaseEffect[]];

export const unheld: LeaseState = { type: 'none' };
const ending: LeaseState = { type: 'ending' };

export function next(state: LeaseState, event: LeaseEvent): Step {
  switch (state.type) {
    case 'none':
      return event.type === 'wanted' ? [{ type: 'asking', isWanted: true }, [{ type: 'ask' }]] : [state, []];
    case 'asking':
      return whileUndecided(state, event);
    case 'held':
      return whileHeld(state, event);
    case 'handing_over':
      return whileHandingOver(state, event);
    case 'ending':
      return event.type === 'ended' ? [unheld, []] : [state, []];
  }
}

function whileUndecided(state: Extract<LeaseState, { type: 'asking' }>, event: LeaseEvent): Step {
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

/** Checks the token, because an answer may be about an earlier lease of this partition. */
const isLost = ({ lease, sureUntilMs }: Held<string>, event: LeaseEvent): boolean =>
  (event.type === 'lost' && event.token === lease.token) ||
  (event.type === 'time' && event.nowMs >= sureUntilMs);

const renewed = <S extends Held<string>>(state: S, event: LeaseEvent): S =>
  event.type === 'renewed' && event.token === state.lease.token
    ? { ...state, sureUntilMs: Math.max(state.sureUntilMs, event.sureUntilMs) }
    : state;
