import type { Failure } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import { idOf, sendFailure } from '../http/failures.ts';
import type { RestDeps } from './rest-deps.ts';

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
export function refuseForeignHosts(scope: FastifyInstance, { isHostAllowed, random }: RestDeps): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (isHostAllowed(request.headers.host) || openPaths.has(request.url)) return;
    return sendFailure(reply, foreignHost, idOf(request, random).requestId);
  });
}
