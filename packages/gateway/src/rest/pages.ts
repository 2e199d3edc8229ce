/** The pages of the node that Vite has built: the playground at `/`, and the console at every path from `/console` on. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { idOf, sendFailure, unknownRoute } from '../http/failures.ts';
import { openStaticSite } from '../http/static-site.ts';
import type { RestDeps } from './rest-deps.ts';

export type NodeHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

const page = 'console.html';

/** The console has its own paths, so each of them but those of its files is answered by its page. */
export function consolePage(scope: FastifyInstance, { console, random }: RestDeps): NodeHandler {
  const site = console === null ? null : openStaticSite(console.folder, { hasInlineStyles: false });
  const send = (name: string, request: FastifyRequest, reply: FastifyReply) =>
    site?.send(name, request, reply)
      ? reply
      : sendFailure(reply, unknownRoute(request), idOf(request, random).requestId);
  const pageHandler: NodeHandler = async (request, reply) => send(page, request, reply);
  if (site !== null) {
    scope.get('/console/*', pageHandler);
    scope.get('/console/assets/*', async (request, reply) =>
      send(pathOf(request).slice('/console/'.length), request, reply),
    );
  }
  return pageHandler;
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';

export function servePlayground(
  scope: FastifyInstance,
  { random }: RestDeps,
  { folder, settings }: NonNullable<RestDeps['playground']>,
): void {
  const site = openStaticSite(folder, { hasInlineStyles: false });
  const files: NodeHandler = async (request, reply) => {
    if (site.send(pathOf(request).slice(1), request, reply)) return reply;
    return sendFailure(reply, unknownRoute(request), idOf(request, random).requestId);
  };
  scope.get('/', files);
  scope.get('/assets/*', files);
  scope.get('/playground.json', async (_, reply) =>
    reply.header('cache-control', 'no-store').send(settings()),
  );
}
