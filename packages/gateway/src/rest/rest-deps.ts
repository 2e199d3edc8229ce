/** What the routes of one listener need. */
import type { Clock, EngineHealth, Logger, Operations, Random } from '@plenum/core';
import { type AdminView, asyncApiDocument, openApiDocument, type UserId } from '@plenum/protocol';
import type { Drain } from '../drain-sockets.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import type { ClientAddress } from '../http/client-address.ts';
import type { HostRule, OriginRule } from '../http/origins.ts';
import { openStaticSite, type StaticSite } from '../http/static-site.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ReadGate } from '../outbound/read-gate.ts';
import type { UnreadBudget } from '../outbound/unread-budget.ts';
import type { UserReadLimiters } from '../requests/read-limiter.ts';
import type { RequestRegistry } from '../requests/registry.ts';
import type { SharedDeps } from '../shared-deps.ts';
import { withRevocationCheck } from '../sockets/revocation-check.ts';
import type { Audit } from './audit.ts';
import { type BearerCheck, createBearerCheck } from './bearer.ts';
import { docsPage } from './docs-page.ts';

export interface RestDeps {
  readonly operations: Operations;
  readonly cluster: GatewayOptions['cluster'];
  readonly registry: RequestRegistry;
  readonly readLimiters: UserReadLimiters;
  readonly readGate: ReadGate;
  readonly budget: UnreadBudget;
  readonly bearer: BearerCheck;
  readonly audit: Audit;
  readonly clientAddress: ClientAddress;
  readonly engineHealth: () => Promise<EngineHealth>;
  readonly isOriginAllowed: OriginRule;
  readonly isHostAllowed: HostRule;
  readonly drain: Drain;
  readonly random: Random;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly messageMaxBytes: number;
  /** The OpenAPI document as JSON; the same bytes for every caller. */
  readonly document: () => Buffer;
  /** The AsyncAPI document, likewise. */
  readonly socketDocument: () => Buffer;
  /** The page at `/docs` as HTML, where there is no site; the same bytes for every caller. Null: nothing is at `/docs`. */
  readonly docsPage: (() => Buffer) | null;
  /** The documents at `/docs`. */
  readonly site: StaticSite | null;
  /** Null outside dev mode: the route does not exist then. */
  readonly issueDevToken: ((userId: UserId) => Promise<string>) | null;
  readonly homePage: string | null;
  /** Null: there is none on this listener. It takes the place of the home page. */
  readonly playground: NonNullable<GatewayOptions['playground']> | null;
  /** Null: there is none on this listener. */
  readonly console: NonNullable<GatewayOptions['console']> | null;
  /** Null outside dev mode, and on the public port if there is an admin port: the route does not exist then. */
  readonly takeConsoleCode: ((code: string) => Promise<string | null>) | null;
  /** Null: only an identity provider signs tokens. */
  readonly signCanaryToken: ((userId: UserId) => Promise<string>) | null;
  /** What every admin token may know of the service. */
  readonly service: Omit<AdminView, 'name' | 'scopes'>;
  readonly metrics: Metrics;
  /** `token`: an admin token is needed. `absent`: the admin port has the metrics. `open`: this is the admin port. */
  readonly metricsAccess: 'token' | 'open' | 'absent';
}

/** Which listener a REST edge serves: the only one, or the public or the admin one of two. */
type Listener = 'only' | 'public' | 'admin';
const metricsAccess = { only: 'token', public: 'absent', admin: 'open' } as const;

/** @param readLimiters shared by all listeners, since a user may ask over any of them */
export function restDepsOf(
  options: GatewayOptions,
  shared: SharedDeps & Pick<RestDeps, 'metrics' | 'readLimiters'>,
  listener: Listener,
): RestDeps {
  const { config, authenticator, revocations, wallMs, version = '0.0.0', prefix = '', site } = options;
  const isMounted = options.fastify !== undefined || options.server !== undefined;
  const { messageMaxBytes, event } = config;
  return {
    operations: options.operations,
    cluster: options.cluster,
    registry: shared.registry,
    readLimiters: shared.readLimiters,
    readGate: shared.readGate,
    budget: shared.budget,
    bearer: createBearerCheck(
      listener === 'public' ? [] : config.adminTokens,
      withRevocationCheck(authenticator, revocations, wallMs),
    ),
    audit: shared.audit,
    clientAddress: shared.clientAddress,
    engineHealth: options.engineHealth,
    isOriginAllowed: shared.isOriginAllowed,
    isHostAllowed: shared.isHostAllowed,
    drain: shared.drain,
    random: options.random,
    clock: options.clock,
    logger: options.logger,
    messageMaxBytes,
    document: once(() =>
      Buffer.from(JSON.stringify(openApiDocument({ title: 'Plenum', version, messageMaxBytes, prefix }))),
    ),
    socketDocument: once(() =>
      Buffer.from(
        JSON.stringify(
          asyncApiDocument({
            title: 'Plenum',
            version,
            event,
            service: config.service,
            messageMaxBytes,
            prefix,
          }),
        ),
      ),
    ),
    docsPage:
      site === null
        ? null
        : once(() => Buffer.from(docsPage({ version, event, messageMaxBytes, isMounted }))),
    // The links of the site begin at the root of the server, which belongs to the application.
    site: isMounted || typeof site !== 'string' ? null : openStaticSite(site),
    issueDevToken: (config.isDev && options.issueDevToken) || null,
    // On the application's own server, `/` belongs to the application.
    homePage: (!isMounted && options.homePage) || null,
    playground: (!isMounted && listener !== 'admin' && options.playground) || null,
    console: (!isMounted && listener !== 'public' && options.console) || null,
    takeConsoleCode: (config.isDev && listener !== 'public' && options.takeConsoleCode) || null,
    signCanaryToken: options.signCanaryToken ?? null,
    service: serviceView(options, listener),
    metrics: shared.metrics,
    metricsAccess: metricsAccess[listener],
  };
}

const serviceView = (
  { version = '0.0.0', config, roomChannels, hasArchive = false }: GatewayOptions,
  listener: Listener,
): RestDeps['service'] => ({
  version,
  ...(roomChannels === null ? {} : { prefix: roomChannels.channelPrefix }),
  event: config.event,
  service: config.service,
  has_archive: hasArchive,
  has_sockets: listener !== 'admin',
});

/** Creates the value at the first call, because most nodes never need it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
