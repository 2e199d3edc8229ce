/** Exchanges the code of the link that a node prints in dev mode for an admin token. */
import { type Clock, failureFrom, type Outcome, succeed } from '@plenum/core';
import { consoleSessionArgsSchema, type Failure } from '@plenum/protocol';
import type { FastifyRequest } from 'fastify';
import { idOf, sendFailure, unknownRoute } from '../http/failures.ts';
import { leaveTrail } from './audit-trail.ts';
import type { NodeHandler } from './pages.ts';
import { fieldsOf } from './request-fields.ts';
import type { RestDeps } from './rest-deps.ts';

const windowMs = 60_000;
/** Wrong codes in a minute; further ones are answered as too many. The right code is always taken: it cannot be guessed. */
const wrongCodesMax = 30;

const refused: Failure = {
  code: 'unauthenticated',
  error: 'This link has been used or is past its time: start the node again for another one',
};

class WrongCodes {
  readonly #clock: Clock;
  #count = 0;
  #windowEndsMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the answer to a wrong code */
  refusal(): Failure {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#windowEndsMs) {
      this.#count = 0;
      this.#windowEndsMs = nowMs + windowMs;
    }
    this.#count += 1;
    if (this.#count <= wrongCodesMax) return refused;
    return { code: 'rate_limited', retryAfterMs: Math.ceil(this.#windowEndsMs - nowMs) };
  }
}

export function consoleSession(deps: RestDeps): NodeHandler {
  const { takeConsoleCode, bearer, clock, random } = deps;
  const wrongCodes = new WrongCodes(clock);
  const attempt = async (
    request: FastifyRequest,
    take: NonNullable<RestDeps['takeConsoleCode']>,
  ): Promise<Outcome<{ readonly token: string }>> => {
    const fields = fieldsOf({ body: consoleSessionArgsSchema }, request);
    if (!fields.ok) return fields;
    try {
      const token = await take(consoleSessionArgsSchema.parse(fields.value).code);
      return token === null ? { ok: false, failure: wrongCodes.refusal() } : succeed({ token });
    } catch (error) {
      return { ok: false, failure: failureFrom(error) };
    }
  };
  return async (request, reply) => {
    const { requestId } = idOf(request, random);
    if (takeConsoleCode === null) return sendFailure(reply, unknownRoute(request), requestId);
    const outcome = await attempt(request, takeConsoleCode);
    const admin = outcome.ok ? await bearer(`Bearer ${outcome.result.token}`) : null;
    const audited = { act: 'console_session', isForServiceOnly: true, requestId };
    leaveTrail(deps, audited, { request, principal: admin?.ok ? admin.value : null, outcome });
    if (!outcome.ok) return sendFailure(reply, outcome.failure, requestId);
    return reply.header('cache-control', 'no-store').send(outcome.result);
  };
}
