/** Serves the requests of one socket: each client event gets exactly one typed answer, and nothing is thrown. */
import { type Authenticator, type Clock, fail, type Logger, type Outcome, type Random } from '@plenum/core';
import {
  type Answer,
  type Failure,
  failureBody,
  type PushPayload,
  parseEnvelope,
  type RequestEnvelope,
  type UserId,
} from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { Drain } from '../drain-sockets.ts';
import type { ClientAddress } from '../http/client-address.ts';
import type { ReadGate } from '../outbound/read-gate.ts';
import { SocketDevice } from '../outbound/socket-device.ts';
import type { UnreadBudget } from '../outbound/unread-budget.ts';
import { perform } from '../requests/perform.ts';
import { ReadLimiter } from '../requests/read-limiter.ts';
import type { RequestRegistry } from '../requests/registry.ts';
import { type RequestHandler, type RequestId, requestIdOf } from '../requests/request-handler.ts';
import type { Admitted } from './handshake.ts';
import { TokenExpiry, type TokenSession } from './token-expiry.ts';

/** Open requests of one socket; more are refused, so that a flood harms only its sender. */
const inFlightMax = 256;
/**
 * How long a request waits for the attach at most, ms. After that the request is served anyway; the push `subscribed` gives
 * the positions later.
 */
const attachLimitMs = 5000;
/** Requests that need no attach, or that attach themselves. */
const servedAtOnce: ReadonlySet<string> = new Set(['subscribe', 'unsubscribe', 'refresh_token']);

/** The retry hint, ms: a request takes a few milliseconds. */
const inFlightRetryMs = 100;

export interface SessionDeps {
  readonly registry: RequestRegistry;
  readonly event: string;
  /** The Socket.IO server is the application's: events of other names are the application's too. */
  readonly isMounted: boolean;
  readonly drain: Drain;
  readonly random: Random;
  readonly clock: Clock;
  readonly wallMs?: () => number;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  readonly clientAddress: ClientAddress;
  readonly budget: UnreadBudget;
  readonly readGate: ReadGate;
}

type Ack = (answer: Answer<unknown>) => void;
const isFunction = (value: unknown): value is Ack => typeof value === 'function';

export class Session implements TokenSession {
  readonly device: SocketDevice;
  readonly #socket: Socket;
  readonly #deps: SessionDeps;
  readonly #tokenExpiry: TokenExpiry;
  /** Created by the first read, because most sockets never read. */
  #reads: ReadLimiter | null = null;
  /** Pending while the groups of an `auto` socket are being attached; otherwise null. */
  #attached: Promise<void> | null = null;
  /** Created by the first request that waits. */
  #boundedAttach: Promise<void> | null = null;
  #inFlight = 0;
  #isMoving = false;
  /** Callers that wait until no request is open; null: none. */
  #onIdle: (() => void)[] | null = null;

  constructor(socket: Socket, admitted: Admitted, deps: SessionDeps) {
    this.#socket = socket;
    const { address: peer, headers } = socket.handshake;
    const address = deps.clientAddress(peer, headers);
    this.device = new SocketDevice(socket, { ...admitted, address }, deps.budget);
    this.#deps = deps;
    this.#tokenExpiry = new TokenExpiry(this, deps);
    this.#tokenExpiry.start(admitted);
  }

  /** When the current token was issued. */
  get issuedAtMs(): number | null {
    return this.#tokenExpiry.issuedAtMs;
  }

  get userId(): UserId {
    return this.device.userId;
  }

  tokenExpiring(expiresAt: string): void {
    this.device.push('token_expiring', { expires_at: expiresAt });
  }

  tokenExpired(): void {
    this.close('token_expired');
  }

  /** Call it when the socket is gone. */
  end(): void {
    this.#tokenExpiry.stop();
    this.device.end();
    this.#reads?.cancelWaiting();
    this.#resolveIdle();
  }

  /** Requests wait until the socket is attached, at most `attachLimitMs`, so that it receives its own messages. */
  waitFor(attached: Promise<void>): void {
    const ended = attached.then(() => {
      if (this.#attached === ended) this.#attached = null;
    });
    this.#attached = ended;
  }

  /** Takes any event of the client with its arguments; the last one may be an ack function. */
  readonly receive = (event: unknown, ...parameters: readonly unknown[]): void => {
    if (this.#deps.isMounted && event !== this.#deps.event) return;
    const last = parameters.at(-1);
    const ack = isFunction(last) ? last : null;
    const input = ack !== null && parameters.length === 1 ? undefined : parameters[0];
    try {
      const id = requestIdOf(givenIdOf(input), this.#deps.random);
      const envelope = this.#accept(event, input);
      if (envelope.ok) this.#serve(envelope.value, id, ack);
      else this.answer(id, envelope, ack);
    } catch (error) {
      this.failed(error);
    }
  };

  /**
   * Begins a request that waits for nothing; `leave` ends it.
   * @returns false: it has to be received in the ordinary way, which refuses it or lets it wait
   */
  enter(): boolean {
    const { connected, conn } = this.#socket;
    if (!connected || conn.readyState !== 'open' || this.#isMoving || this.#attached !== null) return false;
    if (this.#inFlight >= inFlightMax) return false;
    this.#inFlight += 1;
    return true;
  }

  /** `move` resumes in a later microtask, so the last answer is written before the socket closes. */
  leave(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#resolveIdle();
  }

  /** Writes the answer. Throws if the transport throws. */
  answer({ requestId }: Pick<RequestId, 'requestId'>, outcome: Outcome<unknown>, ack: Ack | null): void {
    const answer: Answer<unknown> = outcome.ok
      ? { request_id: requestId, success: true, result: outcome.result }
      : { request_id: requestId, success: false, ...failureBody(outcome.failure) };
    if (ack === null) {
      this.#socket.emit('response', answer);
      return;
    }
    this.device.hold();
    ack(answer);
  }

  /** An answer could not be written. */
  failed(err: unknown): void {
    this.#deps.logger.error({ user: this.device.userId, err }, 'an answer could not be written');
  }

  /**
   * Moves one socket in a drain: refuses new requests, answers the open ones, closes. Before the call the socket is
   * served as usual.
   */
  async move(): Promise<void> {
    this.#isMoving = true;
    // A disconnected socket gets no answers, and its waiting requests never finish.
    const isServed = this.#inFlight > 0 && this.#socket.connected;
    if (isServed) {
      await new Promise<void>((resolve) => {
        this.#onIdle ??= [];
        this.#onIdle.push(resolve);
      });
    }
    this.close();
  }

  /**
   * Writes what is queued, then closes the connection, so that the client reconnects by itself; after `disconnect()`
   * it would not.
   */
  close(code: PushPayload<'closing'>['code'] = 'drain'): void {
    this.device.push('closing', { code });
    this.#socket.conn.close();
  }

  #serve(
    { service, request_type, args, traceparent }: RequestEnvelope,
    id: RequestId,
    ack: Ack | null,
  ): void {
    const request = this.#deps.registry.find(service ?? null, request_type);
    if (request === null) {
      this.answer(id, fail(unsupported(request_type)), ack);
      return;
    }
    this.#inFlight += 1;
    const call = {
      caller: { actor: this.device.userId, device: this.device, ...id },
      requestType: request_type,
      isByService: false,
      args,
      traceparent,
      token: this.#tokenExpiry,
    };
    const handle = request.isRead ? this.#limited(request.handle) : request.handle;
    perform(servedAtOnce.has(request_type) ? handle : this.#whenAttached(handle), call, this.#deps)
      .then((outcome) => {
        this.leave();
        this.answer(id, outcome, ack);
      })
      .catch((error: unknown) => this.failed(error));
  }

  #whenAttached(handle: RequestHandler): RequestHandler {
    const attached = this.#attached;
    if (attached === null) return handle;
    this.#boundedAttach ??= this.#withinLimit(attached);
    const served = this.#boundedAttach;
    return (call) => served.then(() => handle(call));
  }

  #withinLimit(attached: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const served = () => {
        cancel();
        this.#attached = null;
        this.#boundedAttach = null;
        resolve();
      };
      const cancel = this.#deps.clock.after(attachLimitMs, served);
      attached.then(served, served);
    });
  }

  #limited(read: RequestHandler): RequestHandler {
    this.#reads ??= new ReadLimiter(this.#deps.clock);
    const limiter = this.#reads;
    const { readGate } = this.#deps;
    return (call) =>
      limiter.take(async () => {
        // A client that does not read its answers gets no further ones.
        await this.device.drained();
        return readGate.take(() => read(call));
      });
  }

  #resolveIdle(): void {
    const waiting = this.#onIdle ?? [];
    this.#onIdle = null;
    for (const resolve of waiting) resolve();
  }

  #accept(event: unknown, input: unknown) {
    const refuse = (failure: Failure) => ({ ok: false, failure }) as const;
    if (event !== this.#deps.event) {
      const known = `requests are sent as event ${this.#deps.event}`;
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
