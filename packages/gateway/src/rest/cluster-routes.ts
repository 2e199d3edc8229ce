/** The routes by which operators look at the cluster: the admin token only, also while this node drains. */
import { type ClusterOperations, failureFrom, type Outcome } from '@plenum/core';
import { type ClusterRoute, clusterRoutes, groupIdSchema, nodeIdSchema, parse } from '@plenum/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { idOf, sendFailure } from './failures.ts';
import type { RestContext } from './rest-context.ts';

type ClusterHandler = (params: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>;

const handlersOf = (cluster: ClusterOperations): Readonly<Record<ClusterRoute['name'], ClusterHandler>> => ({
  get_group_owner: ({ group_id }) => cluster.owner(groupIdSchema.parse(group_id)),
  list_nodes: () => cluster.nodes(),
  drain_node: ({ node_id }) => cluster.drain(nodeIdSchema.parse(node_id)),
  list_partitions: () => cluster.partitions(),
});

async function serve(
  route: ClusterRoute,
  request: FastifyRequest,
  { context, handler }: { readonly context: RestContext; readonly handler: ClusterHandler },
): Promise<Outcome<unknown>> {
  const principal = await context.bearer(request.headers.authorization);
  if (!principal.ok) return principal;
  if (principal.value.kind !== 'service') return { ok: false, failure: { code: 'forbidden' } };
  const params = parse(route.params, request.params, 'invalid_args');
  if (!params.ok) return params;
  try {
    return await handler(params.value);
  } catch (error) {
    const failure = failureFrom(error);
    if (failure.code === 'internal')
      context.logger.error({ route: route.name, error }, 'a request failed by a bug');
    return { ok: false, failure };
  }
}

export function registerClusterRoutes(scope: FastifyInstance, context: RestContext): void {
  const handlers = handlersOf(context.cluster);
  for (const route of clusterRoutes) {
    scope.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const outcome = await serve(route, request, { context, handler: handlers[route.name] });
        return outcome.ok
          ? reply.code(route.successStatus).send(outcome.result)
          : sendFailure(reply, outcome.failure, idOf(request, context.random).requestId);
      },
    });
  }
}
