/** When to connect, wait, ask for another token, or give up. Pure: `next(state, event)` gives a state and one effect. */
import type { ErrorCode, PushPayload } from '@plenum/protocol';
import { type Backoff, backoffMs } from '../backoff.ts';

/** Why there is no connection: the server's own word, or `network`, or the token function has failed. */
export type LossReason = ErrorCode | PushPayload<'closing'>['code'] | 'network' | 'token_function';

export type Status =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  | { readonly state: 'waiting'; readonly reason: LossReason; readonly retryInMs: number }
  /** For good, until `connect` is called again; `application`: by `close`. */
  | { readonly state: 'closed'; readonly reason: ErrorCode | 'application' };

export interface Lifecycle {
  readonly status: Status;
  /** Attempts since a connection last held. */
  readonly attempt: number;
  /** Tokens that were refused one after the other. */
  readonly tokensRefused: number;
  readonly connectedAtMs: number;
  /** While waiting: when the pause ends. */
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

export interface LifecycleContext {
  readonly nowMs: number;
  /** At least 0, below 1. */
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

/** A connection that held this long was a good one: the next loss begins with the shortest pause. */
const heldMs = 5000;
const tokensRefusedMax = 3;

/** Another token may help. */
export const isOfToken = (reason: LossReason): boolean =>
  reason === 'unauthenticated' || reason === 'token_expired';
const isLasting = (code: ErrorCode): boolean =>
  code === 'origin_denied' || code === 'forbidden' || code === 'invalid_args' || code === 'invalid_request';

type Step = readonly [Lifecycle, LifecycleEffect];

export function next(now: Lifecycle, event: LifecycleEvent, context: LifecycleContext): Step {
  const { state } = now.status;
  switch (event.type) {
    case 'asked':
      return state === 'idle' || state === 'closed' ? connecting(idle) : [now, 'nothing'];
    case 'due':
      return state === 'waiting' ? connecting(now) : [now, 'nothing'];
    case 'network back':
      return networkBack(now, context);
    case 'opened':
      if (state !== 'connecting') return [now, 'nothing'];
      return [
        { ...now, status: { state: 'connected' }, tokensRefused: 0, connectedAtMs: context.nowMs },
        'nothing',
      ];
    case 'refused':
      return state === 'connecting' ? refused(now, event, context) : [now, 'nothing'];
    case 'lost':
      return lost(now, event.reason, context);
    case 'ended':
      return state === 'closed' ? [now, 'nothing'] : closed('application');
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
  context: LifecycleContext,
): Step {
  if (isLasting(code)) return closed(code);
  if (!isOfToken(code)) return waiting(now, { reason: code, atLeastMs: retryAfterMs }, context);
  const tokensRefused = now.tokensRefused + 1;
  if (!context.canGetTokens || tokensRefused >= tokensRefusedMax) return closed(code);
  if (tokensRefused === 1) return connecting({ ...now, tokensRefused });
  return waiting({ ...now, tokensRefused }, { reason: code, atLeastMs: 0 }, context);
}

function lost(now: Lifecycle, reason: LossReason, context: LifecycleContext): Step {
  const { state } = now.status;
  if (state !== 'connected' && state !== 'connecting') return [now, 'nothing'];
  const held = state === 'connected' && context.nowMs - now.connectedAtMs >= heldMs;
  return waiting(held ? { ...now, attempt: 0 } : now, { reason, atLeastMs: 0 }, context);
}

/**
 * Pauses that grew while there was no network say nothing of the servers. A pause stays: others are back too. It never
 * gets longer, so that a network which comes and goes all the time does not put the next attempt off for good.
 */
function networkBack(now: Lifecycle, context: LifecycleContext): Step {
  const { status } = now;
  if (status.state !== 'waiting' || status.reason !== 'network') return [now, 'nothing'];
  const step = waiting({ ...now, attempt: 0 }, { reason: 'network', atLeastMs: 0 }, context);
  const [{ attempt, dueAtMs }] = step;
  return dueAtMs < now.dueAtMs ? step : [{ ...now, attempt }, 'nothing'];
}

function waiting(
  now: Lifecycle,
  { reason, atLeastMs }: { reason: LossReason; atLeastMs: number },
  { backoff, fraction, nowMs }: LifecycleContext,
): Step {
  const retryInMs = Math.max(atLeastMs, backoffMs(now.attempt, backoff, fraction));
  const status: Status = { state: 'waiting', reason, retryInMs };
  return [{ ...now, status, attempt: now.attempt + 1, dueAtMs: nowMs + retryInMs }, 'wait'];
}
