/** Routes that are requests: bearer, path, query and body become one call of the registry. */
import type { Outcome } from '@plenum/core';
import {
  type Actor,
  type ActorSource,
  type Failure,
  limits,
  type Parsed,
  type RequestRoute,
  requestRoutes,
  SERVICE,
  userIdSchema,
} from '@plenum/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { idOf, sendFailure } from '../http/failures.ts';
import { perform } from '../requests/perform.ts';
import type { RequestRegistry } from '../requests/registry.ts';
import type { RegisteredRequest, RequestHandler, RequestId } from '../requests/request-handler.ts';
import { scopeProblem } from './admin-tokens.ts';
import { leaveTrail } from './audit-trail.ts';
import type { Principal } from './bearer.ts';
import { type Fields, fieldsOf } from './request-fields.ts';
import type { RestDeps } from './rest-deps.ts';

const refuse = (failure: Failure) => ({ ok: false, failure }) as const;
const badKey: Failure = {
  code: 'invalid_request',
  error: 'Idempotency-Key holds 1 to 128 printable ASCII characters',
  details: { field: 'Idempotency-Key', limit: limits.requestIdMaxLength },
};

/** The actor: a user is itself; the service acts for the user that the request names, or as itself. */
function actorOf(source: ActorSource, principal: Principal, fields: Fields): Parsed<Actor> {
  const named = source === 'token' ? undefined : fields[source];
  if (named === undefined) {
    return { ok: true, value: principal.type === 'service' ? SERVICE : principal.userId };
  }
  if (principal.type === 'user' && named !== principal.userId) return refuse({ code: 'forbidden' });
  const user = userIdSchema.safeParse(named);
  return user.success ? { ok: true, value: user.data } : refuse({ code: 'invalid_args' });
}

/** The arguments: all fields except the one that names the actor. */
function argumentsOf(source: ActorSource, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== source));
}

interface Target extends RegisteredRequest {
  readonly actor: Actor;
  readonly args: Fields;
}

function targetOf(
  route: RequestRoute,
  principal: Principal,
  { fields, registry }: { readonly fields: Fields; readonly registry: RequestRegistry },
): Parsed<Target> {
  const { status, ...rest } = fields;
  if (route.request === 'join_group' && status !== undefined) {
    if (principal.type === 'user') return refuse({ code: 'forbidden' });
    return { ok: true, value: { handle: registry.admit, isRead: false, actor: SERVICE, args: rest } };
  }
  const actor = actorOf(route.actor, principal, fields);
  if (!actor.ok) return actor;
  const found = registry.find(null, route.request);
  if (found === null) return refuse({ code: 'unsupported_request' });
  return { ok: true, value: { ...found, actor: actor.value, args: argumentsOf(route.actor, fields) } };
}

function whenWritten(
  { handle, isRead }: RegisteredRequest,
  principal: Principal,
  { readLimiters, readGate }: Pick<RestDeps, 'readLimiters' | 'readGate'>,
): RequestHandler {
  if (!isRead) return handle;
  const read: RequestHandler = (call) => readGate.take(() => handle(call));
  return principal.type === 'service'
    ? read
    : (call) => readLimiters.take(principal.userId, () => read(call));
}

interface Served {
  readonly id: RequestId;
  readonly deps: RestDeps;
}

async function serve(
  route: RequestRoute,
  request: FastifyRequest,
  { id, deps }: Served,
): Promise<Outcome<unknown>> {
  if (deps.drain.isDraining) return refuse({ code: 'draining' });
  if (request.headers['idempotency-key'] !== undefined && id.isServerMadeId) return refuse(badKey);
  const principal = await deps.bearer(request.headers.authorization);
  const outcome = principal.ok
    ? await servePrincipal(route, request, { id, deps, principal: principal.value })
    : principal;
  const { request: act, isForServiceOnly } = route;
  const audited = { act, isForServiceOnly, requestId: id.requestId };
  leaveTrail(deps, audited, { request, principal: principal.ok ? principal.value : null, outcome });
  return outcome;
}

async function servePrincipal(
  route: RequestRoute,
  request: FastifyRequest,
  { id, deps, principal }: Served & { readonly principal: Principal },
): Promise<Outcome<unknown>> {
  if (principal.type === 'user') deps.budget.of(request.raw.socket).userId = principal.userId;
  const unscoped = scopeProblem(principal, route.scope);
  if (unscoped !== null) return refuse(unscoped);
  const fields = fieldsOf(route, request);
  if (!fields.ok) return fields;
  const target = targetOf(route, principal, { fields: fields.value, registry: deps.registry });
  if (!target.ok) return target;
  const { actor, args } = target.value;
  const caller = { actor, device: null, ...id };
  const { traceparent } = request.headers;
  const isByService = principal.type === 'service';
  const call = {
    caller,
    requestType: route.request,
    isByService,
    args,
    traceparent: headerText(traceparent),
  };
  return perform(whenWritten(target.value, principal, deps), call, deps);
}

const headerText = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;

const bodyBound = ({ bodyMaxBytes }: RequestRoute) =>
  bodyMaxBytes === undefined ? {} : { bodyLimit: bodyMaxBytes, config: { bodyMaxBytes } };

export function registerRequestRoutes(scope: FastifyInstance, deps: RestDeps): void {
  for (const route of requestRoutes(deps.messageMaxBytes)) {
    scope.route({
      method: route.method,
      url: route.path,
      ...bodyBound(route),
      handler: async (request, reply) => {
        const id = idOf(request, deps.random);
        const outcome = await serve(route, request, { id, deps });
        return outcome.ok
          ? reply.code(route.successStatus).send(outcome.result)
          : sendFailure(reply, outcome.failure, id.requestId);
      },
    });
  }
}
