/**
 * The refusal of a handshake. The client gets `connect_error` with the failure as `data`, after which no Socket.IO library
 * connects again by itself. So where the same handshake may succeed later (`can_retry`), the connection is closed instead: after
 * that they do, with their own pauses. A client that reads refusals, and connects again itself, asks for `connect_error` in any case.
 */
import { emitTelemetry } from '@plenum/core';
import { type Failure, failureBody, refusalsQuery } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import { placeIn } from '../outbound/frames.ts';

type Conn = Socket['conn'];

/** `Try Again Later` in the registry of WebSocket close codes. */
const tryAgainLater = 1013;

export class HandshakeRefusal extends Error {
  readonly data: ReturnType<typeof failureBody>;

  constructor(failure: Failure) {
    const body = failureBody(failure);
    super(body.error);
    this.name = 'HandshakeRefusal';
    this.data = body;
  }
}

/** The same refusal as a Socket.IO packet, for a connection without a socket. */
export function connectErrorPacket(failure: Failure, namespace: string): string {
  const { message, data } = new HandshakeRefusal(failure);
  return `4${placeIn(namespace)}${JSON.stringify({ message, data })}`;
}

/** Of a request. Of a name that is there twice the last value counts, as for Engine.IO. */
export type Query = ReadonlyMap<string, string>;

export const queryOf = (url = ''): Query => new Map(new URL(url, 'http://node').searchParams);

/** @param query of the request that became the connection */
export const readsRefusals = (query: Query): boolean => query.get(refusalsQuery.name) === refusalsQuery.value;

/** True for a refusal that closes the connection. */
export const closesConnection = (failure: Failure, conn: Conn): boolean =>
  failureBody(failure).can_retry && !readsRefusals(queryOf(conn.request.url));

/** Closes the connection. A WebSocket carries the code and the pause as the reason, which is no longer than 123 bytes. */
export function closeForNow(conn: Conn, failure: Failure): void {
  const { code, can_retry, retry_after_ms } = failureBody(failure);
  const webSocket: unknown = Reflect.get(conn.transport, 'socket');
  const close: unknown = Reflect.get(Object(webSocket), 'close');
  if (conn.transport.name === 'websocket' && typeof close === 'function')
    close.call(webSocket, tryAgainLater, JSON.stringify({ code, can_retry, retry_after_ms }));
  conn.close();
}

/** Call it once for each connection that is refused, whatever the client gets. */
export const countRefusal = ({ code }: Failure): void => emitTelemetry('connect_refused', { code });
