/** The routes of the node itself: health, readiness, the API document, the home page, and tokens in dev mode. */
import { failureFrom } from '@plenum/core';
import {
  devTokenArgsSchema,
  type Failure,
  type NodeRoute,
  nodeRoutes,
  type Readiness,
} from '@plenum/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { idOf, sendFailure, unknownRoute } from '../http/failures.ts';
import { sendPage } from '../http/page-headers.ts';
import type { StaticSite } from '../http/static-site.ts';
import { scopeProblem } from './admin-tokens.ts';
import { leaveTrail } from './audit-trail.ts';
import type { Principal } from './bearer.ts';
import { consoleSession } from './console-session.ts';
import { consolePage, type NodeHandler, servePlayground } from './pages.ts';
import { fieldsOf } from './request-fields.ts';
import type { RestDeps } from './rest-deps.ts';

async function readinessOf({ engineHealth, drain, logger }: RestDeps): Promise<Readiness> {
  const draining = drain.isDraining;
  try {
    const { isReady, shardsAway, durability, notices = [] } = await engineHealth();
    const told = notices.length > 0 ? { notices: [...notices] } : {};
    return { ready: isReady && !draining, draining, shards_away: shardsAway, durability, ...told };
  } catch (err) {
    logger.warn({ failure: failureFrom(err).code, err }, 'could not read the health of the engine');
    return { ready: false, draining, shards_away: 0, durability: 'unknown' };
  }
}

function devTokenHandler(deps: RestDeps): NodeHandler {
  return async (request, reply) => {
    const { requestId } = idOf(request, deps.random);
    if (deps.issueDevToken === null) return sendFailure(reply, unknownRoute(request), requestId);
    const fields = fieldsOf({ body: devTokenArgsSchema }, request);
    if (!fields.ok) return sendFailure(reply, fields.failure, requestId);
    const { user_id } = devTokenArgsSchema.parse(fields.value);
    return reply.send({ token: await deps.issueDevToken(user_id) });
  };
}

const metricsRefusal = (principal: Principal): Failure | null =>
  principal.type === 'user' ? { code: 'forbidden' } : scopeProblem(principal, 'read');

/**
 * Serves the metrics. Prometheus sends an admin token with the scope `read`; on the admin port, which no client
 * reaches, no token is needed.
 */
function metricsHandler(deps: RestDeps): NodeHandler {
  const { metrics, metricsAccess } = deps;
  return async (request, reply) => {
    const { requestId } = idOf(request, deps.random);
    if (metricsAccess === 'absent') return sendFailure(reply, unknownRoute(request), requestId);
    if (metricsAccess === 'token') {
      const bearer = await deps.bearer(request.headers.authorization);
      const failure = bearer.ok ? metricsRefusal(bearer.value) : bearer.failure;
      if (failure !== null) {
        const audited = { act: 'metrics', isForServiceOnly: true, requestId };
        const principal = bearer.ok ? bearer.value : null;
        leaveTrail(deps, audited, { request, principal, outcome: { ok: false, failure } });
        return sendFailure(reply, failure, requestId);
      }
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  };
}

/** The site, if it was built; else one page. Links of both are relative: those of the site to `/docs/`, those of the page to `/docs`. */
function docsHandler(deps: RestDeps): NodeHandler {
  return async (request, reply) => {
    if (deps.docsPage === null)
      return sendFailure(reply, unknownRoute(request), idOf(request, deps.random).requestId);
    return deps.site === null ? sendPage(reply, deps.docsPage()) : reply.redirect('docs/', 308);
  };
}

const pathOf = ({ params }: FastifyRequest): string => String(Reflect.get(Object(params), '*') ?? '');

/** Pages and files below `/docs`. */
function siteHandler(deps: RestDeps, site: StaticSite): NodeHandler {
  return async (request, reply) =>
    site.send(pathOf(request), request, reply)
      ? reply
      : sendFailure(reply, unknownRoute(request), idOf(request, deps.random).requestId);
}

function handlersOf(
  scope: FastifyInstance,
  deps: RestDeps,
): Readonly<Record<NodeRoute['name'], NodeHandler>> {
  return {
    health: async (_, reply) => reply.send({ status: 'ok' }),
    readiness: async (_, reply) => {
      const readiness = await readinessOf(deps);
      return reply.code(readiness.ready ? 200 : 503).send(readiness);
    },
    openapi: async (_, reply) => reply.type('application/json; charset=utf-8').send(deps.document()),
    asyncapi: async (_, reply) => reply.type('application/json; charset=utf-8').send(deps.socketDocument()),
    docs: docsHandler(deps),
    console: consolePage(scope, deps),
    metrics: metricsHandler(deps),
    dev_token: devTokenHandler(deps),
    console_session: consoleSession(deps),
  };
}

export function registerNodeRoutes(scope: FastifyInstance, deps: RestDeps): void {
  const handlers = handlersOf(scope, deps);
  for (const { name, method, path } of nodeRoutes) {
    scope.route({ method, url: path, handler: handlers[name] });
  }
  if (deps.site !== null) scope.get('/docs/*', siteHandler(deps, deps.site));
  else if (deps.docsPage !== null) scope.get('/docs/', async (_, reply) => reply.redirect('../docs', 308));
  if (deps.playground !== null) {
    servePlayground(scope, deps, deps.playground);
  } else if (deps.homePage !== null) {
    const homePage = Buffer.from(deps.homePage);
    scope.get('/', async (_, reply) => sendPage(reply, homePage));
  }
}
