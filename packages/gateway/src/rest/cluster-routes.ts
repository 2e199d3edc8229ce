/** Routes for operators of the cluster: with an admin token only, also while this node drains. */
import { Readable } from 'node:stream';
import { failureFrom, type Outcome, succeed } from '@plenum/core';
import {
  type ClusterRoute,
  clusterRoutes,
  exportedGroupsSchema,
  groupIdSchema,
  nodeIdSchema,
  traceArgsSchema,
  userIdSchema,
} from '@plenum/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { idOf, sendFailure } from '../http/failures.ts';
import { scopeProblem } from './admin-tokens.ts';
import { leaveTrail } from './audit-trail.ts';
import type { Principal } from './bearer.ts';
import { fieldsOf } from './request-fields.ts';
import type { RestDeps } from './rest-deps.ts';

type ClusterHandler = (
  params: Readonly<Record<string, unknown>>,
  request: RequestPlace,
) => Promise<Outcome<unknown>>;

interface RequestPlace {
  readonly requestId: string;
  /** When it came in, on the monotonic clock, ms. */
  readonly arrivedAtMs: number;
}

const handlersOf = ({
  cluster,
  drain,
}: Pick<RestDeps, 'cluster' | 'drain'>): Readonly<Record<ClusterRoute['name'], ClusterHandler>> => ({
  get_group_owner: ({ group_id }) => cluster.owner(groupIdSchema.parse(group_id)),
  list_nodes: () => cluster.nodes(),
  list_node_figures: () => cluster.figures(),
  trace_message: async ({ group_id, ...body }, place) => {
    // It is a message of a user, as any other.
    if (drain.isDraining) return { ok: false, failure: { code: 'draining' } };
    const { from_user_id: userId, message, wait_ms: waitMs } = traceArgsSchema.parse(body);
    return cluster.trace({ groupId: groupIdSchema.parse(group_id), userId, message, waitMs, ...place });
  },
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
  readonly place: RequestPlace;
}

async function serve(
  route: ClusterRoute,
  request: FastifyRequest,
  { principal, deps, handler, place }: Served,
): Promise<Outcome<unknown>> {
  if (principal.type !== 'service') return { ok: false, failure: { code: 'forbidden' } };
  const unscoped = scopeProblem(principal, route.scope);
  if (unscoped !== null) return { ok: false, failure: unscoped };
  const fields = fieldsOf(route, request);
  if (!fields.ok) return fields;
  try {
    return await handler(fields.value, place);
  } catch (error) {
    const failure = failureFrom(error);
    if (failure.code === 'internal')
      deps.logger.error({ route: route.name, err: error }, 'bug: a request failed');
    return { ok: false, failure };
  }
}

const ofJson = 'application/json; charset=utf-8';

export function registerClusterRoutes(scope: FastifyInstance, deps: RestDeps): void {
  const handlers = handlersOf(deps);
  for (const route of clusterRoutes) {
    scope.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const { requestId } = idOf(request, deps.random);
        const place = { requestId, arrivedAtMs: deps.clock.monotonicMs() };
        const bearer = await deps.bearer(request.headers.authorization);
        const principal = bearer.ok ? bearer.value : null;
        const handler = handlers[route.name];
        const outcome = bearer.ok
          ? await serve(route, request, { principal: bearer.value, deps, handler, place })
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
