/**
 * The HTTP side as one Fastify plugin with its own body parser and error shape; it does not change those of the
 * caller.
 */
import type { FastifyInstance } from 'fastify';
import { allowOrigins } from '../http/cors.ts';
import { createErrorHandler } from '../http/failures.ts';
import { acceptJsonOnly } from '../http/json-body.ts';
import { forbidSniffing } from '../http/page-headers.ts';
import { registerClusterRoutes } from './cluster-routes.ts';
import { refuseForeignHosts } from './foreign-hosts.ts';
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
