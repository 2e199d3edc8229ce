/**
 * Types for plain socket.io-client, without this SDK:
 *
 *     const socket: Socket<PlenumServerEvents, PlenumClientEvents> & PlenumRequests = io(url, { auth: { token } });
 *     const answer = await socket.emitWithAck('request', { request_type: 'join_group', args: { group_id: 'team' } });
 *     if (answer.success) answer.result.status;
 */
import type {
  Answer,
  PushEvent,
  PushPayload,
  RequestInput,
  RequestResult,
  RequestType,
} from '@plenum/protocol';

/** Every push with its payload, for `socket.on`. `response` answers a request that was emitted without an ack. */
export type PlenumServerEvents = { readonly [E in PushEvent]: (payload: PushPayload<E>) => void } & {
  readonly response: (answer: Answer<unknown>) => void;
};

/** A request as it is emitted. */
export interface PlenumRequest<T extends RequestType> {
  /** The service name; default: that of the server. */
  readonly service?: string;
  readonly request_type: T;
  /** A request with the id of a successful one gets that answer again, within 10 minutes. Default: the server makes one. */
  readonly request_id?: string;
  readonly args: RequestInput<T>;
  /** The trace context of the caller by W3C; a stored message carries it on. */
  readonly traceparent?: string;
}

/** Any request: its arguments are those of its `request_type`. */
export type AnyPlenumRequest = { readonly [T in RequestType]: PlenumRequest<T> }[RequestType];

/** What a client emits. With {@link PlenumRequests} beside it, an answer has the result of its request. */
export interface PlenumClientEvents {
  readonly request: (request: AnyPlenumRequest, ack: (answer: Answer<unknown>) => void) => void;
}

/** Requests whose answers have the result of their type. */
export interface PlenumRequests {
  emit<T extends RequestType>(
    event: 'request',
    request: PlenumRequest<T>,
    ack: (answer: Answer<RequestResult<T>>) => void,
  ): unknown;
  emitWithAck<T extends RequestType>(
    event: 'request',
    request: PlenumRequest<T>,
  ): Promise<Answer<RequestResult<T>>>;
  /** Ends the wait for an answer after this time, ms. */
  timeout(timeoutMs: number): PlenumTimedRequests;
}

/** The same with a time limit: without an answer in time the promise rejects, and an ack gets an error. */
export interface PlenumTimedRequests {
  emit<T extends RequestType>(
    event: 'request',
    request: PlenumRequest<T>,
    ack: (error: Error | null, answer: Answer<RequestResult<T>>) => void,
  ): unknown;
  emitWithAck<T extends RequestType>(
    event: 'request',
    request: PlenumRequest<T>,
  ): Promise<Answer<RequestResult<T>>>;
}
