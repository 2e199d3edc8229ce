/** Routes for operators of the cluster: with an admin token only, also while this node drains. */
import { Readable } from 'node:stream';
import { failureFrom, type Outcome, succeed } from '@plenum/core';
import {
  auditQuerySchema,
  type Canary,
  type ClusterRoute,
  clusterRoutes,
  devicesQuerySchema,
  exportedGroupsSchema,
  groupIdSchema,
  nodeIdSchema,
  openCanarySchema,
  traceArgsSchema,
  userIdSchema,
} from '@plenum/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { idOf, sendFailure } from '../http/failures.ts';
import { type ServicePrincipal, scopeProblem } from './admin-tokens.ts';
import { leaveTrail } from './audit-trail.ts';
import type { Principal } from './bearer.ts';
import { fieldsOf } from './request-fields.ts';
import type { RestDeps } from './rest-deps.ts';

type ClusterHandler = (params: Readonly<Record<string, unknown>>, asked: Asked) => Promise<Outcome<unknown>>;

interface Asked {
  readonly admin: ServicePrincipal;
  readonly requestId: string;
  /** When it came in, on the monotonic clock, ms. */
  readonly arrivedAtMs: number;
}

const noTokens = {
  code: 'forbidden',
  error:
    'An identity provider signs the tokens of this service (PLENUM_JWKS_URL), so it cannot make users for a canary group',
} as const;

async function openCanary(
  { cluster, random, signCanaryToken }: HandlerDeps,
  users: number,
): Promise<Outcome<Canary>> {
  if (signCanaryToken === null) return { ok: false, failure: noTokens };
  const opened = await cluster.openCanary({ users, token: random.token() });
  if (!opened.ok) return opened;
  const withTokens = opened.result.users.map(async ({ user_id }) => ({
    user_id,
    token: await signCanaryToken(user_id),
  }));
  return succeed({ ...opened.result, users: await Promise.all(withTokens) });
}

type HandlerDeps = Pick<RestDeps, 'cluster' | 'drain' | 'service' | 'random' | 'signCanaryToken'>;

const handlersOf = (deps: HandlerDeps): Readonly<Record<ClusterRoute['name'], ClusterHandler>> => {
  const { cluster, drain, service, random } = deps;
  return {
    open_canary: ({ users }) => openCanary(deps, openCanarySchema.parse({ users }).users),
    close_canary: ({ group_id }) => cluster.closeCanary(groupIdSchema.parse(group_id), random.token()),
    list_audit: (query) => cluster.audit(auditQuerySchema.parse(query)),
    get_admin: async (_, { admin: { name, scopes } }) => succeed({ name, scopes, ...service }),
    get_group_owner: ({ group_id }) => cluster.owner(groupIdSchema.parse(group_id)),
    list_nodes: () => cluster.nodes(),
    list_node_figures: () => cluster.figures(),
    list_node_warnings: () => cluster.warnings(),
    list_user_devices: ({ user_id, ...query }) =>
      cluster.devices({ userId: userIdSchema.parse(user_id), ...devicesQuerySchema.parse(query) }),
    trace_message: async ({ group_id, ...body }, { requestId, arrivedAtMs }) => {
      // It is a message of a user, as any other.
      if (drain.isDraining) return { ok: false, failure: { code: 'draining' } };
      const { from_user_id: userId, message, wait_ms: waitMs } = traceArgsSchema.parse(body);
      const order = { groupId: groupIdSchema.parse(group_id), userId, message, waitMs };
      return cluster.trace({ ...order, requestId, arrivedAtMs });
    },
    drain_node: ({ node_id }) => cluster.drain(nodeIdSchema.parse(node_id)),
    list_partitions: () => cluster.partitions(),
    export_user: async ({ user_id, groups }) =>
      succeed(
        Readable.from(cluster.exportUser(userIdSchema.parse(user_id), exportedGroupsSchema.parse(groups))),
      ),
  };
};

interface Served {
  readonly principal: Principal;
  readonly deps: RestDeps;
  readonly handler: ClusterHandler;
  readonly place: Omit<Asked, 'admin'>;
}

async function serve(
  route: ClusterRoute,
  request: FastifyRequest,
  { principal, deps, handler, place }: Served,
): Promise<Outcome<unknown>> {
  if (principal.type !== 'service') return { ok: false, failure: { code: 'forbidden' } };
  const unscoped = route.scope === null ? null : scopeProblem(principal, route.scope);
  if (unscoped !== null) return { ok: false, failure: unscoped };
  const fields = fieldsOf(route, request);
  if (!fields.ok) return fields;
  try {
    return await handler(fields.value, { ...place, admin: principal });
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
