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
/** Wrong codes in a minute; further requests are refused unread. A code cannot be guessed: this bounds the calls of the store. */
const wrongCodesMax = 30;

class WrongCodes {
  readonly #clock: Clock;
  #count = 0;
  #windowEndsMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns null if there is room for another attempt */
  refusal(): Failure | null {
    const leftMs = this.#windowEndsMs - this.#clock.monotonicMs();
    if (leftMs <= 0) this.#count = 0;
    if (this.#count < wrongCodesMax) return null;
    return { code: 'rate_limited', retryAfterMs: Math.max(1, Math.ceil(leftMs)) };
  }

  note(): void {
    if (this.#count === 0) this.#windowEndsMs = this.#clock.monotonicMs() + windowMs;
    this.#count += 1;
  }
}

const refused: Failure = {
  code: 'unauthenticated',
  error: 'This link has been used or is past its time: start the node again for another one',
};

export function consoleSession(deps: RestDeps): NodeHandler {
  const { takeConsoleCode, bearer, clock, random } = deps;
  const wrongCodes = new WrongCodes(clock);
  const attempt = async (
    request: FastifyRequest,
    take: NonNullable<RestDeps['takeConsoleCode']>,
  ): Promise<Outcome<{ readonly token: string }>> => {
    const fields = fieldsOf({ body: consoleSessionArgsSchema }, request);
    if (!fields.ok) return fields;
    const overrun = wrongCodes.refusal();
    if (overrun !== null) return { ok: false, failure: overrun };
    try {
      const token = await take(consoleSessionArgsSchema.parse(fields.value).code);
      if (token !== null) return succeed({ token });
      wrongCodes.note();
      return { ok: false, failure: refused };
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
