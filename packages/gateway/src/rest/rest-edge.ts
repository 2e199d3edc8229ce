/** The HTTP side as one Fastify plugin: it brings its own body parser and error shape, and leaves the caller's alone. */
import type { FastifyInstance } from 'fastify';
import { registerClusterRoutes } from './cluster-routes.ts';
import { allowOrigins } from './cors.ts';
import { createErrorHandler } from './failures.ts';
import { acceptJsonOnly } from './json-body.ts';
import { registerNodeRoutes } from './node-routes.ts';
import { registerRequestRoutes } from './request-routes.ts';
import type { RestContext } from './rest-context.ts';

export const restEdge = (context: RestContext) => async (scope: FastifyInstance) => {
  scope.setErrorHandler(createErrorHandler(context.random, context.logger));
  acceptJsonOnly(scope);
  allowOrigins(scope, context.isOriginAllowed);
  registerRequestRoutes(scope, context);
  registerClusterRoutes(scope, context);
  registerNodeRoutes(scope, context);
};
