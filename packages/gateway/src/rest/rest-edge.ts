/**
 * The HTTP side as one Fastify plugin with its own body parser and error shape; it does not change those of the
 * caller.
 */

import { isUtf8 } from 'node:buffer';
import { PlenumError } from '@plenum/core';
import { type Failure, limits } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import { createErrorHandler, idOf, sendFailure } from '../http/failures.ts';
import type { OriginRule } from '../http/origins.ts';
import { forbidSniffing } from '../http/page-headers.ts';
import { registerClusterRoutes } from './cluster-routes.ts';
import { registerNodeRoutes } from './node-routes.ts';
import { registerRequestRoutes } from './request-routes.ts';
import type { RestDeps } from './rest-deps.ts';

export const restEdge = (deps: RestDeps) => async (scope: FastifyInstance) => {
  scope.setErrorHandler(createErrorHandler(deps.random, deps.logger));
  acceptJsonOnly(scope);
  forbidSniffing(scope);
  refuseForeignHosts(scope, deps);
  allowOrigins(scope, deps.isOriginAllowed);
  registerRequestRoutes(scope, deps);
  registerClusterRoutes(scope, deps);
  registerNodeRoutes(scope, deps);
};

/** Paths of health probes, allowed under every host name. */
const openPaths = new Set(['/healthz', '/readyz']);
const foreignHost: Failure = {
  code: 'forbidden',
  error:
    'In dev mode this node answers to names of this machine only, such as localhost: set PLENUM_JWT_SECRET and PLENUM_ADMIN_TOKEN to serve under other names',
  details: { field: 'host' },
};

/**
 * In dev mode every request from this machine may get a token. Refuses requests under foreign host names: a page
 * whose name was made to lead here (DNS rebinding) also sends from this machine, but with that name.
 */
function refuseForeignHosts(scope: FastifyInstance, { isHostAllowed, random }: RestDeps): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (isHostAllowed(request.headers.host) || openPaths.has(request.url)) return;
    return sendFailure(reply, foreignHost, idOf(request, random).requestId);
  });
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** A tracer of a page adds both headers of W3C, and a browser sends a request only if all of its headers are allowed. */
const headers = 'authorization, content-type, idempotency-key, traceparent, tracestate';
const preflightMaxAgeSec = 600;

/**
 * Allows pages of allowed origins to read the answers. Refuses nothing: REST needs a bearer token, which a browser
 * never adds by itself.
 */
function allowOrigins(scope: FastifyInstance, isOriginAllowed: OriginRule): void {
  scope.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined) return;
    reply.header('vary', 'Origin');
    if (!isOriginAllowed(request.headers, request.raw.socket.remoteAddress)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', 'retry-after');
  });
  scope.options('/v1/*', async (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', methods)
      .header('access-control-allow-headers', headers)
      .header('access-control-max-age', preflightMaxAgeSec)
      .send(),
  );
}

/**
 * Parses a body as JSON in UTF-8; an empty body is undefined. Names like `__proto__` are harmless: schemas read the
 * parsed value. Throws `PlenumError` for the error handler.
 */
function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new PlenumError({ code: 'invalid_utf8', error: 'body is not valid UTF-8' });
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new PlenumError({ code: 'invalid_request', error: 'body is not valid JSON' }, { cause });
  }
}

function acceptJsonOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limits.frameMaxBytes },
    async (_request: unknown, body: Buffer) => parseBody(body),
  );
}
