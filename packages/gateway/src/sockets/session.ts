/** The requests of one socket: whatever arrives gets exactly one typed answer, and nothing is thrown. */
import type { Authenticator, Clock, Logger, Random } from '@plenum/core';
import {
  type Answer,
  type Failure,
  failureBody,
  type PushPayload,
  parseEnvelope,
  type RequestEnvelope,
} from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { DrainFlag } from '../gateway-options.ts';
import { perform } from '../requests/perform.ts';
import type { RequestRegistry } from '../requests/registry.ts';
import { type RequestId, requestIdOf } from '../requests/request-id.ts';
import type { Admitted } from './handshake.ts';
import { SocketSubscriber } from './socket-subscriber.ts';
import { TokenLease } from './token-lease.ts';

/** Requests that one socket may have open at a time; more are refused, so a flood costs its sender only. */
const inFlightMax = 256;
/** A request takes some milliseconds: after this long there is room again. */
const inFlightRetryMs = 100;

export interface SessionContext {
  readonly registry: RequestRegistry;
  readonly event: string;
  readonly drainFlag: DrainFlag;
  readonly random: Random;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
}

type Respond = (answer: Answer<unknown>) => void;
const refusal = (requestId: string, failure: Failure): Answer<unknown> => ({
  request_id: requestId,
  success: false,
  ...failureBody(failure),
});
const success = (requestId: string, result: unknown): Answer<unknown> => ({
  request_id: requestId,
  success: true,
  result,
});

export class Session {
  readonly subscriber: SocketSubscriber;
  readonly #socket: Socket;
  readonly #context: SessionContext;
  readonly #lease: TokenLease;
  #inFlight = 0;
  #isMoving = false;
  #onIdle: (() => void)[] = [];

  constructor(socket: Socket, admitted: Admitted, context: SessionContext) {
    this.#socket = socket;
    this.subscriber = new SocketSubscriber(socket, admitted);
    this.#context = context;
    this.#lease = new TokenLease({
      ...context,
      userId: admitted.userId,
      expiring: (expires_at) => this.subscriber.push('token_expiring', { expires_at }),
      expired: () => this.close('token_expired'),
    });
    this.#lease.start(admitted.expiresAtMs);
  }

  /** The socket is gone. */
  end(): void {
    this.#lease.stop();
  }

  /** Takes any event of the client with whatever came along; an ack function, if any, stands last. */
  receive(event: unknown, parameters: readonly unknown[]): void {
    const last = parameters.at(-1);
    const [ack, input] = typeof last === 'function' ? [last, parameters.slice(0, -1)] : [null, parameters];
    const respond = this.#once((answer) => {
      if (ack === null) this.#socket.emit('response', answer);
      else {
        this.subscriber.hold();
        ack(answer);
      }
    });
    this.#handle(event, input[0], respond).catch((error: unknown) => {
      this.#context.logger.error({ user: this.subscriber.userId, error }, 'an answer could not be written');
    });
  }

  /** This socket's turn in a drain: takes nothing new, answers what is open, closes. Until then it is served as ever. */
  async move(): Promise<void> {
    this.#isMoving = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
    this.close();
  }

  /** Lets the client reconnect elsewhere by itself: `disconnect()` would keep it from doing so. Flushes first. */
  close(code: PushPayload<'closing'>['code'] = 'drain'): void {
    this.subscriber.push('closing', { code });
    this.#socket.conn.close();
  }

  #once(respond: Respond): Respond {
    let isAnswered = false;
    return (answer) => {
      if (isAnswered) return;
      isAnswered = true;
      respond(answer);
    };
  }

  async #handle(event: unknown, input: unknown, respond: Respond): Promise<void> {
    const id = requestIdOf(givenIdOf(input), this.#context.random);
    const envelope = this.#accept(event, input);
    if (!envelope.ok) return respond(refusal(id.requestId, envelope.failure));
    this.#inFlight += 1;
    try {
      await this.#answer(envelope.value, id, respond);
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  #accept(event: unknown, input: unknown) {
    const refuse = (failure: Failure) => ({ ok: false, failure }) as const;
    if (event !== this.#context.event) {
      const known = `requests are sent as event ${this.#context.event}`;
      return refuse({
        code: 'invalid_request',
        error: `unknown event: ${known}`,
        details: { field: 'event' },
      });
    }
    if (this.#isMoving) return refuse({ code: 'draining' });
    if (this.#inFlight >= inFlightMax) {
      return refuse({
        code: 'rate_limited',
        retryAfterMs: inFlightRetryMs,
        details: { limit: inFlightMax, reason: 'too many open requests on this socket' },
      });
    }
    return parseEnvelope(input);
  }

  async #answer(envelope: RequestEnvelope, id: RequestId, respond: Respond): Promise<void> {
    const { registry } = this.#context;
    const handler = registry.find(envelope.service ?? null, envelope.request_type);
    if (handler === null) return respond(refusal(id.requestId, unsupported(envelope.request_type)));
    const call = {
      caller: { actor: this.subscriber.userId, subscriber: this.subscriber, ...id },
      requestType: envelope.request_type,
      isByService: false,
      args: envelope.args,
      refreshToken: (token: string) => this.#lease.refresh(token),
      onCommitted: (result: unknown) => respond(success(id.requestId, result)),
    };
    const outcome = await perform(handler, call, this.#context);
    respond(outcome.ok ? success(id.requestId, outcome.result) : refusal(id.requestId, outcome.failure));
  }
}

const unsupported = (requestType: string): Failure => ({
  code: 'unsupported_request',
  error: `unsupported function: ${requestType}`,
});

function givenIdOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, 'request_id')
    ? Reflect.get(input, 'request_id')
    : undefined;
}
