/** Routes for operators of the cluster: with an admin token only, also while this node drains. */
import { Readable } from 'node:stream';
import { type ClusterOperations, failureFrom, type Outcome, succeed } from '@plenum/core';
import {
  type ClusterRoute,
  clusterRoutes,
  exportedGroupsSchema,
  groupIdSchema,
  nodeIdSchema,
  userIdSchema,
} from '@plenum/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { idOf, sendFailure } from '../http/failures.ts';
import { scopeProblem } from './admin-tokens.ts';
import { leaveTrail } from './audit-trail.ts';
import type { Principal } from './bearer.ts';
import { fieldsOf } from './request-fields.ts';
import type { RestDeps } from './rest-deps.ts';

type ClusterHandler = (params: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>;

const handlersOf = (cluster: ClusterOperations): Readonly<Record<ClusterRoute['name'], ClusterHandler>> => ({
  get_group_owner: ({ group_id }) => cluster.owner(groupIdSchema.parse(group_id)),
  list_nodes: () => cluster.nodes(),
  drain_node: ({ node_id }) => cluster.drain(nodeIdSchema.parse(node_id)),
  list_partitions: () => cluster.partitions(),
  export_user: async ({ user_id, groups }) =>
    succeed(
      Readable.from(cluster.exportUser(userIdSchema.parse(user_id), exportedGroupsSchema.parse(groups))),
    ),
});

interface Served {
  readonly principal: Principal;
  readonly deps: RestDeps;
  readonly handler: ClusterHandler;
}

async function serve(
  route: ClusterRoute,
  request: FastifyRequest,
  { principal, deps, handler }: Served,
): Promise<Outcome<unknown>> {
  if (principal.type !== 'service') return { ok: false, failure: { code: 'forbidden' } };
  const unscoped = scopeProblem(principal, route.scope);
  if (unscoped !== null) return { ok: false, failure: unscoped };
  const fields = fieldsOf(route, request);
  if (!fields.ok) return fields;
  try {
    return await handler(fields.value);
  } catch (error) {
    const failure = failureFrom(error);
    if (failure.code === 'internal')
      deps.logger.error({ route: route.name, err: error }, 'bug: a request failed');
    return { ok: false, failure };
  }
}

const ofJson = 'application/json; charset=utf-8';

export function registerClusterRoutes(scope: FastifyInstance, deps: RestDeps): void {
  const handlers = handlersOf(deps.cluster);
  for (const route of clusterRoutes) {
    scope.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const { requestId } = idOf(request, deps.random);
        const bearer = await deps.bearer(request.headers.authorization);
        const principal = bearer.ok ? bearer.value : null;
        const handler = handlers[route.name];
        const outcome = bearer.ok
          ? await serve(route, request, { principal: bearer.value, deps, handler })
          : bearer;
        const audited = { act: route.name, isForServiceOnly: true, requestId };
        leaveTrail(deps, audited, { request, principal, outcome });
        return outcome.ok
          ? reply
              .code(route.successStatus)
              .type(route.contentType ?? ofJson)
              .send(outcome.result)
          : sendFailure(reply, outcome.failure, requestId);
      },
    });
  }
}
