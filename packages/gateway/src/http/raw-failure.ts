import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errors, type Failure } from '@plenum/protocol';
import { restFailure } from './failures.ts';

/** In whole seconds, as `Retry-After` has it; null: the failure names no pause. */
const retryAfterSec = ({ retryAfterMs }: Failure): string | null =>
  retryAfterMs === undefined ? null : String(Math.ceil(retryAfterMs / 1000));

/** Adds `message`, as Engine.IO's own refusals have it: its clients may show that field. */
function bodyOf(failure: Failure, requestId: string): string {
  const body = restFailure(failure, requestId);
  return JSON.stringify({ ...body, message: body.error });
}

/**
 * Answers a connection that has no `ServerResponse`, and closes it: a peer that keeps its half open would never end
 * it.
 */
export function endWithFailure(connection: Duplex, failure: Failure, requestId: string): void {
  const { http } = errors[failure.code];
  const body = bodyOf(failure, requestId);
  const retryAfter = retryAfterSec(failure);
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === null ? [] : [`Retry-After: ${retryAfter}`]),
  ];
  connection.once('finish', () => connection.destroy());
  connection.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Answers a request that does not reach Fastify, and closes its connection. */
export function refuseRequest(response: ServerResponse, failure: Failure, requestId: string): void {
  const body = bodyOf(failure, requestId);
  const retryAfter = retryAfterSec(failure);
  if (retryAfter !== null) response.setHeader('retry-after', retryAfter);
  response.writeHead(errors[failure.code].http, {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
