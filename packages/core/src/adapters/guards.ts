/** Moderation and authorization as the domain asks them: an answer in time, whatever the adapter does. */
import type { ErrorCode, Failure, GroupId, UserId } from '@plenum/protocol';
import type {
  Adapters,
  Authorization,
  GuardedAction,
  Moderation,
  OnFailure,
  ProposedMessage,
  Verdict,
} from '../ports/adapters.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/telemetry.ts';
import { emitTelemetry } from '../telemetry/events.ts';
import { Guard, type ReadAnswer, type StartCall } from './guarded-call.ts';

/** How long a request waits for an adapter. */
const verdictTimeoutMs = 2000;
const defaultReason = 'blocked';
/** Longer reasons are cut, in characters. */
const reasonMaxLength = 256;

export interface GuardsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Asked whether a message may be stored; null: it may. Never rejects. */
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

/** Whether a user may do something; null: it may. Never rejects. */
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

/** Only `true` lets pass. A reason goes to a client, so it is text of a bounded length. */
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
