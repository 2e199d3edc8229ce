/** The composition root: builds a node from all packages. */
import {
  createJwksAuthenticator,
  createJwtAuthenticator,
  issueJwt,
  type OpenAdapters,
  openAdapters,
} from '@plenum/adapters';
import {
  type Adapters,
  type Clock,
  type ClusterStrategy,
  ConfigError,
  type Core,
  type CoreDeps,
  canaryLifeMs,
  createCore,
  createDeliveryWork,
  type DeliverySettings,
  type Engine,
  type EngineSettings,
  type Logger,
  type MessageProbe,
  Ownership,
  systemClock,
  type WatchOperations,
} from '@plenum/core';
import {
  createFanOut,
  createGateway,
  type FanOutMode,
  type Gateway,
  type GatewayOptions,
} from '@plenum/gateway';
import { createMemoryEngine } from '@plenum/memory';
import { createRedisEngine } from '@plenum/redis';
import { builtDocuments } from './config/built-documents.ts';
import type { Extensions } from './config/extensions.ts';
import { revision, version } from './config/version.ts';
import type { Config } from './config.ts';
import type { ConsoleAccess } from './console/console-access.ts';
import { homePage } from './home-page.ts';
import type { Lifecycle } from './lifecycle.ts';
import { NodeWatch, type NodeWatchDeps } from './node-watch.ts';
import { type Secrets, systemRandom } from './secrets.ts';
import { storeMemoryOf } from './store-memory.ts';

/** Life of a token from `POST /v1/dev/token`, s. */
const devTokenSec = 24 * 3600;

export interface EngineDeps {
  /** Null: the memory engine. */
  readonly redisUrl: string | null;
  readonly prefix: string;
  readonly settings: EngineSettings;
  readonly logger: Logger;
  /** `client`: one command connection, no subscriber. */
  readonly role: 'node' | 'client';
  /** Knows whether the prefix was in use before Redis lost its data. */
  readonly archive?: Adapters['archive'];
  /** The time of a memory engine; default: that of the machine. */
  readonly clock?: Clock;
}

/** @throws Error with one sentence if Redis is away, too old, or configured so that it would lose data */
export async function openEngine(deps: EngineDeps): Promise<Engine> {
  const { redisUrl, prefix, settings, logger, role, archive } = deps;
  const { clock = systemClock } = deps;
  const random = systemRandom;
  const erasing = archive === undefined ? {} : { archive };
  if (redisUrl === null) return createMemoryEngine({ random, clock, settings, logger, ...erasing });
  const wasInUse = archive?.hasEntriesBefore?.bind(archive);
  const archived = { ...erasing, ...(wasInUse === undefined ? {} : { wasInUse }) };
  return createRedisEngine({ random, clock, settings, url: redisUrl, prefix, logger, role, ...archived });
}

/**
 * Makes the adapters that the configuration names, and adds those that it contains as code. Connects to nothing yet.
 * @throws ConfigError with one sentence about the first adapter that cannot be used
 */
export function openConfiguredAdapters(
  { adapterOptions, isDev, extensions }: Pick<Config, 'adapterOptions' | 'isDev' | 'extensions'>,
  logger: Logger,
): OpenAdapters {
  try {
    const opened = openAdapters({ ...adapterOptions, allowPrivate: isDev, logger, clock: systemClock });
    return { ...opened, adapters: { ...opened.adapters, ...extensions.adapters } };
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : 'an adapter cannot be opened';
    throw new ConfigError(error, { cause });
  }
}

/** Servers of the caller, and the edge's place on them. */
export type Mount = Pick<GatewayOptions, 'fastify' | 'server' | 'io' | 'prefix' | 'socketPath' | 'namespace'>;

/** The options of the edge, which listens on its own port or is mounted on the caller's servers. */
export interface EdgeDeps {
  readonly config: Omit<GatewayOptions['config'], 'adminTokens'>;
  readonly secrets: Secrets;
  readonly requests: Extensions['requests'];
  readonly authenticate?: GatewayOptions['authenticate'];
  /** Null if tokens are signed with the secret. */
  readonly jwks: Config['jwks'];
  readonly tokenMaxAgeMs: Config['tokenMaxAgeMs'];
  /** Whether the documents are served at `/docs`. */
  readonly docs: Config['docs'];
  readonly auditLog?: GatewayOptions['auditLog'];
  readonly playground?: GatewayOptions['playground'];
  readonly console?: GatewayOptions['console'];
  /** Set in dev mode. */
  readonly consoleAccess?: ConsoleAccess;
  readonly machine?: GatewayOptions['machine'];
  /** The caller's servers; null if the edge itself listens. */
  readonly mount: Mount | null;
  /** @returns the URL at which other nodes and operators find this node */
  readonly reachableUrl: (url: string) => string;
}

export interface ComposeDeps {
  /** The caller closes it. */
  readonly engine: Engine;
  readonly logger: Logger;
  /** What `logger` has warned of; absent: not known. */
  readonly warnings?: NodeWatchDeps['warnings'];
  /** Gets a stop function for each part that is started. */
  readonly lifecycle: Lifecycle;
  /** A new id for each start of the process. */
  readonly nodeId: string;
  /** `client`: no feeds, no partitions. */
  readonly role: 'node' | 'client';
  readonly adapters: Adapters;
  readonly middleware: Extensions['middleware'];
  /** The steps of a send by name, in order. Undefined: the built-in steps, then `middleware`. */
  readonly middlewares: readonly string[] | undefined;
  readonly createOnJoin: NonNullable<CoreDeps['createOnJoin']>;
  readonly readMarksOfOthers: NonNullable<CoreDeps['readMarksOfOthers']>;
  readonly fanOut: FanOutMode;
  /** Null if this process does not listen. */
  readonly edge: EdgeDeps | null;
  readonly strategy: ClusterStrategy;
  readonly delivery: DeliverySettings;
  /** Called when an operator asks this node to drain. */
  readonly onDrainAsked: (running: Pick<Running, 'gateway' | 'ownership'>) => void;
}

export interface Running {
  readonly core: Core;
  readonly watching: WatchOperations;
  readonly gateway: Gateway | null;
  /** Null if nothing listens, or if the servers belong to the caller. */
  readonly url: string | null;
  /** Null if admin requests are served on `url`. */
  readonly adminUrl: string | null;
  /** Null with the role `client`. */
  readonly ownership: Ownership | null;
}

/** Starts core, edge and ownership, in this order. If one fails, the caller must stop `lifecycle`. */
export async function compose(deps: ComposeDeps): Promise<Running> {
  const { lifecycle, role, edge } = deps;
  const watch = new NodeWatch(deps);
  const core = openCore(deps, watch);
  lifecycle.started('core', () => core.stop());
  if (role === 'node') core.start();
  const watching = watch.open(core);
  lifecycle.started('watch', () => watch.stop());
  const gateway = edge === null ? null : await openGateway(deps, edge, { core, watching });
  if (gateway !== null) lifecycle.started('gateway', () => gateway.close());
  const isMounted = edge === null || edge.mount !== null;
  const { url, adminUrl } =
    gateway === null || isMounted ? { url: null, adminUrl: null } : await gateway.listen();
  if (role === 'client') return { core, watching, gateway, url, adminUrl, ownership: null };
  const reachableUrl = url === null || edge === null ? null : edge.reachableUrl(url);
  const ownership: Ownership = openOwnership(deps, {
    url: reachableUrl,
    probe: watch.probe,
    onDrainAsked: () => deps.onDrainAsked({ gateway, ownership }),
  });
  watch.start(gateway, ownership);
  lifecycle.started('ownership', () => ownership.stop());
  await ownership.start();
  return { core, watching, gateway, url, adminUrl, ownership };
}

function openCore(
  { engine, logger, nodeId, adapters, middleware, middlewares, ...deps }: ComposeDeps,
  { probe, beatAgeMs }: NodeWatch,
): Core {
  return createCore({
    probe,
    beatAgeMs,
    engine,
    logger,
    nodeId,
    adapters,
    middleware,
    createOnJoin: deps.createOnJoin,
    readMarksOfOthers: deps.readMarksOfOthers,
    inviteSecrets: deps.edge === null ? [] : inviteSecretsOf(deps.edge),
    clock: systemClock,
    fanOut: createFanOut({
      logger,
      clock: systemClock,
      mode: deps.fanOut,
      namespace: deps.edge?.mount?.namespace ?? '/',
    }),
    ...(middlewares === undefined ? {} : { order: middlewares }),
  });
}

/** The secrets that all nodes share: those that sign tokens, or the digests of the admin tokens where a provider signs. */
const inviteSecretsOf = ({ jwks, secrets }: Pick<EdgeDeps, 'jwks' | 'secrets'>): readonly string[] =>
  jwks === null ? secrets.jwtSecrets : secrets.adminTokens.map(({ sha256 }) => sha256);

function openGateway(
  { engine, logger, adapters }: ComposeDeps,
  edge: EdgeDeps,
  { core, watching }: Pick<Running, 'core' | 'watching'>,
): Promise<Gateway> {
  const { config, jwks, tokenMaxAgeMs, docs } = edge;
  const { jwtSecrets, adminTokens } = edge.secrets;
  const [secret] = jwtSecrets;
  const wallMs = () => engine.wallMs();
  const issueDevToken: GatewayOptions['issueDevToken'] = (userId) =>
    issueJwt({ secret, userId, expiresInSec: devTokenSec, nowMs: wallMs });
  const signCanaryToken: GatewayOptions['signCanaryToken'] = (userId) =>
    issueJwt({ secret, userId, expiresInSec: canaryLifeMs / 1000, nowMs: wallMs });
  const site = docs === 'off' ? null : builtDocuments();
  return createGateway({
    clock: systemClock,
    random: systemRandom,
    wallMs,
    logger,
    operations: core.operations,
    usualSend: core.usualSend,
    requests: edge.requests,
    cluster: {
      ...core.cluster,
      figures: () => watching.figures(),
      warnings: () => watching.warnings(),
      devices: (query) => watching.devices(query),
      trace: (order) => watching.trace(order),
    },
    keepAuditEntry: (kind, entry) => core.audit.note(kind, entry),
    hub: core.feeds,
    authenticator:
      jwks === null
        ? createJwtAuthenticator({ secret: jwtSecrets, tokenMaxAgeMs, nowMs: wallMs })
        : createJwksAuthenticator({ ...jwks, tokenMaxAgeMs, nowMs: wallMs }),
    revocations: engine.revocations,
    cuts: engine.nudges,
    engineHealth: () => engine.health(),
    readings: {
      hostedFeeds: () => core.feeds.size,
      attachedDevices: () => core.feeds.devices.size,
      storeMemory: storeMemoryOf(engine),
    },
    roomChannels: engine.roomChannels,
    rooms: engine.rooms,
    config: { ...config, adminTokens },
    hasArchive: adapters.archive !== undefined,
    version,
    ...(revision === null ? {} : { revision }),
    homePage: homePage({ ...config, docs }),
    ...(site === undefined ? {} : { site }),
    ...(edge.authenticate === undefined ? {} : { authenticate: edge.authenticate }),
    ...(edge.playground === undefined ? {} : { playground: edge.playground }),
    ...(edge.consoleAccess === undefined ? {} : { takeConsoleCode: edge.consoleAccess.take }),
    ...(edge.console === undefined ? {} : { console: edge.console }),
    ...(edge.auditLog === undefined ? {} : { auditLog: edge.auditLog }),
    ...(edge.machine === undefined ? {} : { machine: edge.machine }),
    ...(config.isDev ? { issueDevToken } : {}),
    ...(jwks === null ? { signCanaryToken } : {}),
    ...edge.mount,
  });
}

/** Starts the work on the partitions that this node owns: the work of the engine, and the deliveries. */
function openOwnership(
  deps: ComposeDeps,
  {
    url,
    probe,
    onDrainAsked,
  }: { readonly url: string | null; readonly probe: MessageProbe; onDrainAsked(): void },
): Ownership {
  const { engine, logger, nodeId, adapters, strategy, delivery } = deps;
  const clock = systemClock;
  const deliveries = createDeliveryWork({
    clock,
    random: systemRandom,
    logger,
    engine,
    adapters,
    probe,
    settings: delivery,
  });
  return new Ownership({
    nodes: engine.nodes,
    leases: engine.leases,
    works: [...engine.partitionWorks, deliveries],
    card: { nodeId, url, version, strategy },
    clock,
    logger,
    onDrainAsked,
  });
}
