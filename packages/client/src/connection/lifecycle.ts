/**
 * Decides when to connect, wait, ask for another token, or give up. A pure function: `next(state, event)` returns a new state
 * and one effect.
 */
import type { ErrorCode, PushPayload } from '@plenum/protocol';
import { type Backoff, backoffMs } from '../backoff.ts';

/** Why there is no connection: a code of the server, `network`, or `token_function` if that function failed. */
export type LossReason = ErrorCode | PushPayload<'closing'>['code'] | 'network' | 'token_function';

export type Status =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  | { readonly state: 'waiting'; readonly reason: LossReason; readonly retryInMs: number }
  /** The client has given up, until `connect` is called again. `application`: `close` was called. */
  | { readonly state: 'closed'; readonly reason: ErrorCode | 'application' };

export interface Lifecycle {
  readonly status: Status;
  /** Number of attempts since the last connection that lasted at least 5 s. */
  readonly attempt: number;
  /** Number of tokens that were refused one after the other. */
  readonly tokensRefused: number;
  readonly connectedAtMs: number;
  /** The time at which the pause ends, while waiting. */
  readonly dueAtMs: number;
}

export type LifecycleEvent =
  | { readonly type: 'asked' }
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly retryAfterMs: number }
  | { readonly type: 'lost'; readonly reason: LossReason }
  | { readonly type: 'due' }
  | { readonly type: 'network back' }
  | { readonly type: 'ended' };

export type LifecycleEffect = 'nothing' | 'open' | 'wait' | 'hang up';

export interface LifecycleInput {
  readonly nowMs: number;
  /** Random, at least 0 and below 1. */
  readonly fraction: number;
  readonly backoff: Backoff;
  readonly canGetTokens: boolean;
}

export const idle: Lifecycle = {
  status: { state: 'idle' },
  attempt: 0,
  tokensRefused: 0,
  connectedAtMs: 0,
  dueAtMs: 0,
};

/** After a connection that lasted this long, ms, the next loss begins with the shortest pause. */
const heldMs = 5000;
const tokensRefusedMax = 3;

/** True for a reason that another token may solve. */
export const isOfToken = (reason: LossReason): boolean =>
  reason === 'unauthenticated' || reason === 'token_expired';
/** Refusals that another attempt would get too. */
const lasting: readonly ErrorCode[] = ['origin_denied', 'forbidden', 'invalid_args', 'invalid_request'];

type Step = readonly [Lifecycle, LifecycleEffect];

export function next(now: Lifecycle, event: LifecycleEvent, context: LifecycleInput): Step {
  const { state } = now.status;
  const unchanged: Step = [now, 'nothing'];
  switch (event.type) {
    case 'asked':
      return state === 'idle' || state === 'closed' ? connecting(idle) : unchanged;
    case 'due':
      return state === 'waiting' ? connecting(now) : unchanged;
    case 'network back':
      return networkBack(now, context);
    case 'opened':
      if (state !== 'connecting') return unchanged;
      return [
        { ...now, status: { state: 'connected' }, tokensRefused: 0, connectedAtMs: context.nowMs },
        'nothing',
      ];
    case 'refused':
      return state === 'connecting' ? refused(now, event, context) : unchanged;
    case 'lost':
      if (state !== 'connected' && state !== 'connecting') return unchanged;
      return lost(now, event, context);
    case 'ended':
      return state === 'closed' ? unchanged : closed('application');
  }
}

const connecting = (now: Lifecycle): Step => [{ ...now, status: { state: 'connecting' } }, 'open'];
const closed = (reason: ErrorCode | 'application'): Step => [
  { ...idle, status: { state: 'closed', reason } },
  'hang up',
];

function refused(
  now: Lifecycle,
  { code, retryAfterMs }: { code: ErrorCode; retryAfterMs: number },
  context: LifecycleInput,
): Step {
  if (lasting.includes(code)) return closed(code);
  if (!isOfToken(code)) return waiting(now, { reason: code, retryAfterMs }, context);
  const tokensRefused = now.tokensRefused + 1;
  if (!context.canGetTokens || tokensRefused >= tokensRefusedMax) return closed(code);
  if (tokensRefused === 1) return connecting({ ...now, tokensRefused });
  return waiting({ ...now, tokensRefused }, { reason: code }, context);
}

function lost(now: Lifecycle, loss: { reason: LossReason }, context: LifecycleInput): Step {
  const held = now.status.state === 'connected' && context.nowMs - now.connectedAtMs >= heldMs;
  return waiting(held ? { ...now, attempt: 0 } : now, loss, context);
}

/**
 * The network is back. Attempts without a network do not show that the servers are away, so the pause is set to the shortest
 * one; not to zero, because other clients come back at the same time. The new pause never ends later than the current one, so
 * a network that comes and goes cannot postpone the next attempt for ever.
 */
function networkBack(now: Lifecycle, context: LifecycleInput): Step {
  const { status } = now;
  if (status.state !== 'waiting' || status.reason !== 'network') return [now, 'nothing'];
  const step = waiting({ ...now, attempt: 0 }, status, context);
  const [{ attempt, dueAtMs }] = step;
  return dueAtMs < now.dueAtMs ? step : [{ ...now, attempt }, 'nothing'];
}

function waiting(
  now: Lifecycle,
  { reason, retryAfterMs = 0 }: { reason: LossReason; retryAfterMs?: number },
  { backoff, fraction, nowMs }: LifecycleInput,
): Step {
  const retryInMs = Math.max(retryAfterMs, backoffMs(now.attempt, backoff, fraction));
  const status: Status = { state: 'waiting', reason, retryInMs };
  return [{ ...now, status, attempt: now.attempt + 1, dueAtMs: nowMs + retryInMs }, 'wait'];
}
