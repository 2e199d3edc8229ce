import type { FastifyInstance } from 'fastify';
import type { OriginRule } from './origins.ts';

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const headers = 'authorization, content-type, idempotency-key';
const preflightMaxAgeSec = 600;

/**
 * Allows pages of allowed origins to read the answers. Refuses nothing: REST needs a bearer token, which a browser
 * never adds by itself.
 */
export function allowOrigins(scope: FastifyInstance, isOriginAllowed: OriginRule): void {
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
