import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errors, type Failure } from '@plenum/protocol';
import { restFailure } from './failures.ts';

/** `message` is what Engine.IO has in its own refusals, and clients of it may show. */
function bodyOf(failure: Failure, requestId: string): string {
  const body = restFailure(failure, requestId);
  return JSON.stringify({ ...body, message: body.error });
}

/**
 * Answers on a connection for which there is no `ServerResponse`, and closes it: nothing else would end it for a peer that
 * keeps its own half open.
 */
export function endWithFailure(connection: Duplex, failure: Failure, requestId: string): void {
  const { http } = errors[failure.code];
  const body = bodyOf(failure, requestId);
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  connection.once('finish', () => connection.destroy());
  connection.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Answers a request that no Fastify sees, and closes its connection. */
export function refuseRequest(response: ServerResponse, failure: Failure, requestId: string): void {
  const body = bodyOf(failure, requestId);
  response.writeHead(errors[failure.code].http, {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
