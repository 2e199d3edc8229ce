/**
 * Asks moderation and authorization for the domain: each question gets an answer within 2 s, whatever the adapter
 * does.
 */
import {
  type Actor,
  type ErrorCode,
  type Failure,
  type GroupId,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import { PlenumError } from '../outcome/outcome.ts';
import type {
  Adapters,
  Authorization,
  GuardedAction,
  Moderation,
  OnFailure,
  ProposedMessage,
  Verdict,
} from '../ports/adapters.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { emitTelemetry } from '../telemetry/events.ts';
import { Guard, type ReadAnswer, type StartCall } from './guarded-call.ts';

/** How long a request waits for an adapter. */
const verdictTimeoutMs = 2000;
const defaultReason = 'blocked';
/** The longest reason, in characters; a longer one is cut. */
const reasonMaxLength = 256;

export interface GuardsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Asks moderation whether a message may be stored. Resolves with null if it may. Never rejects. */
export class ModerationGuard {
  readonly #moderation: Moderation;
  readonly #judge: Judge;

  constructor(moderation: NonNullable<Adapters['moderation']>, deps: GuardsDeps) {
    this.#moderation = moderation;
    const guard = new Guard({ ...deps, adapter: 'moderation', timeoutMs: verdictTimeoutMs });
    this.#judge = { guard, denial: 'moderation_blocked', onFailure: moderation.onFailure ?? 'closed' };
  }

  check(message: ProposedMessage): Promise<Failure | null> {
    return verdictOf(this.#judge, message.group_id, (call) => this.#moderation.check(message, call));
  }
}

/** Asks authorization whether a user may do something. Resolves with null if it may. Never rejects. */
export class AuthGuard {
  readonly #auth: Authorization;
  readonly #judge: Judge;

  constructor(auth: NonNullable<Adapters['auth']>, deps: GuardsDeps) {
    this.#auth = auth;
    const guard = new Guard({ ...deps, adapter: 'auth', timeoutMs: verdictTimeoutMs });
    this.#judge = { guard, denial: 'unauthorized', onFailure: auth.onFailure ?? 'closed' };
  }

  authorize(userId: UserId, groupId: GroupId, action: GuardedAction): Promise<Failure | null> {
    return verdictOf(this.#judge, groupId, (call) => this.#auth.authorize(userId, groupId, action, call));
  }
}

interface Judge {
  readonly guard: Guard;
  readonly denial: Extract<ErrorCode, 'moderation_blocked' | 'unauthorized'>;
  readonly onFailure: OnFailure;
}

async function verdictOf(judge: Judge, groupId: GroupId, start: StartCall): Promise<Failure | null> {
  const { guard, denial, onFailure } = judge;
  const answer = await guard.call(start, readVerdict);
  if (!answer.ok) {
    if (onFailure === 'open') return null;
    const retryAfterMs = Math.ceil(answer.pauseLeftMs);
    return { code: 'unavailable', ...(retryAfterMs > 0 ? { retryAfterMs } : {}) };
  }
  if (answer.value.isAllowed) return null;
  const adapter = denial === 'unauthorized' ? 'auth' : 'moderation';
  emitTelemetry('adapter_denied', { adapter, groupId });
  return { code: denial, details: { reason: answer.value.reason } };
}

/**
 * Reads a verdict: only `isAllowed: true` allows. A reason is sent to clients, so it must be text, and it is cut to
 * 256 characters.
 */
const readVerdict: ReadAnswer<Verdict> = (answer) => {
  if (typeof answer !== 'object' || answer === null) return null;
  const isAllowed: unknown = Reflect.get(answer, 'isAllowed');
  if (isAllowed === true) return { value: { isAllowed } };
  if (isAllowed !== false) return null;
  const reason: unknown = Reflect.get(answer, 'reason') ?? '';
  if (typeof reason !== 'string') return null;
  const text = reason.slice(0, reasonMaxLength).toWellFormed();
  return { value: { isAllowed, reason: text === '' ? defaultReason : text } };
};

/** One question to authorization: may this actor do this to this group? */
export interface Attempt {
  readonly actor: Actor;
  readonly groupId: GroupId;
  readonly action: GuardedAction;
}

/** @returns the refusal; null: allowed. Without an adapter every user is allowed; the service is always allowed. */
export async function authorize(auth: AuthGuard | null, attempt: Attempt): Promise<Failure | null> {
  const { actor, groupId, action } = attempt;
  return auth === null || actor === SERVICE ? null : auth.authorize(actor, groupId, action);
}

/** As `authorize`, for callers that retry until there is an answer. @throws PlenumError when there is none */
export async function isDenied(auth: AuthGuard | null, attempt: Attempt): Promise<boolean> {
  const failure = await authorize(auth, attempt);
  if (failure?.code === 'unavailable') throw new PlenumError(failure);
  return failure !== null;
}
