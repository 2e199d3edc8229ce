/** The composition root: the only place that knows every package and puts a node together. */
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
  createCore,
  createDeliveryWork,
  type DeliverySettings,
  type Engine,
  type EngineSettings,
  type FanOut,
  type Logger,
  Ownership,
  type Random,
  systemClock,
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
import type { Extensions } from './config/extensions.ts';
import type { Config } from './config.ts';
import { homePage } from './home-page.ts';
import { systemRandom } from './random.ts';
import type { Secrets } from './secrets.ts';

/** Life of a token that `POST /v1/dev/token` gives out. */
const devTokenSec = 24 * 3600;

export interface EngineDeps {
  /** Null: the memory engine. */
  readonly redisUrl: string | null;
  readonly prefix: string;
  readonly settings: EngineSettings;
  readonly logger: Logger;
  /** `client`: one command connection, no subscriber. */
  readonly role: 'node' | 'client';
  /** May know of a time before Redis lost everything. */
  readonly archive?: Adapters['archive'];
}

/** @throws Error with one clear sentence if Redis is away, too old, or set up so that it would lose data. */
export async function openEngine(choice: EngineDeps): Promise<Engine> {
  const injected = { random: systemRandom, clock: systemClock, settings: choice.settings };
  if (choice.redisUrl === null) return createMemoryEngine(injected);
  const { prefix, logger, role, archive } = choice;
  const wasInUse = archive?.hasEntriesBefore?.bind(archive);
  const remembers = wasInUse === undefined ? {} : { wasInUse };
  return createRedisEngine({ ...injected, ...remembers, url: choice.redisUrl, prefix, logger, role });
}

export interface Domain {
  readonly core: Core;
  readonly fanOut: FanOut;
}

/**
 * The adapters that a configuration names, and those that it holds as code. Connects to nothing yet.
 * @throws ConfigError with one sentence about the first that cannot be used.
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

export interface DomainDeps extends Pick<Extensions, 'adapters' | 'middleware'> {
  /** Steps of a send, by name; without it the built-in ones, and `middleware` behind them. */
  readonly middlewares?: readonly string[] | undefined;
  readonly createOnJoin: NonNullable<CoreDeps['createOnJoin']>;
  readonly fanOut: FanOutMode;
  /** Of this start of the process. */
  readonly nodeId: string;
}

export function openDomain(engine: Engine, logger: Logger, choice: DomainDeps): Domain {
  const { fanOut: mode, middlewares: order, ...parts } = choice;
  const fanOut = createFanOut({ logger, clock: systemClock, mode });
  const injected = { engine, fanOut, clock: systemClock, logger };
  return { core: createCore({ ...parts, ...injected, ...(order === undefined ? {} : { order }) }), fanOut };
}

export interface GatewayDeps {
  readonly engine: Engine;
  readonly domain: Domain;
  readonly logger: Logger;
  readonly config: Omit<GatewayOptions['config'], 'adminTokens'>;
  readonly auditLog?: GatewayOptions['auditLog'];
  readonly secrets: Secrets;
  readonly requests: Extensions['requests'];
  /** Null: tokens are signed with the secret. */
  readonly jwks: Config['jwks'];
  readonly tokenMaxAgeMs: Config['tokenMaxAgeMs'];
  readonly version: string;
  /** The caller's own servers, if there are any. */
  readonly mount?: Pick<GatewayOptions, 'fastify' | 'io'>;
}

export function openGateway(choice: GatewayDeps): Promise<Gateway> {
  const { engine, domain, logger, secrets, jwks, tokenMaxAgeMs } = choice;
  const { jwtSecrets, adminTokens } = secrets;
  const [secret] = jwtSecrets;
  const wallMs = () => engine.wallMs();
  const issueDevToken: GatewayOptions['issueDevToken'] = (userId) =>
    issueJwt({ secret, userId, expiresInSec: devTokenSec, nowMs: wallMs });
  const injected: { clock: Clock; random: Random } = { clock: systemClock, random: systemRandom };
  return createGateway({
    ...injected,
    operations: domain.core.operations,
    requests: choice.requests,
    cluster: domain.core.cluster,
    hub: domain.core.feeds,
    authenticator:
      jwks === null
        ? createJwtAuthenticator({ secret: jwtSecrets, tokenMaxAgeMs, nowMs: wallMs })
        : createJwksAuthenticator({ ...jwks, tokenMaxAgeMs, nowMs: wallMs }),
    wallMs,
    revocations: engine.revocations,
    cuts: engine.nudges,
    engineHealth: () => engine.health(),
    readings: {
      hostedFeeds: () => domain.core.feeds.size,
      attachedDevices: () => domain.core.feeds.devices.size,
    },
    roomChannels: engine.roomChannels,
    logger,
    config: { ...choice.config, adminTokens },
    version: choice.version,
    homePage: homePage(choice.config),
    ...(choice.auditLog === undefined ? {} : { auditLog: choice.auditLog }),
    ...(choice.config.isDev ? { issueDevToken } : {}),
    ...choice.mount,
  });
}

export interface OwnershipDeps {
  readonly engine: Engine;
  readonly logger: Logger;
  readonly nodeId: string;
  /** Null: this process does not listen. */
  readonly url: string | null;
  readonly version: string;
  readonly strategy: ClusterStrategy;
  readonly adapters: Adapters;
  readonly delivery: DeliverySettings;
  readonly onDrainAsked?: () => void;
}

/** What this node does for the partitions that it owns: what the engine needs, and the deliveries. */
export function openOwnership({ engine, adapters, delivery, ...choice }: OwnershipDeps): Ownership {
  const { nodeId, url, version, strategy, ...rest } = choice;
  const { logger } = choice;
  const injected = { clock: systemClock, random: systemRandom, logger };
  const deliveries = createDeliveryWork({ ...injected, engine, adapters, settings: delivery });
  return new Ownership({
    ...rest,
    nodes: engine.nodes,
    leases: engine.leases,
    works: [...engine.partitionWorks, deliveries],
    card: { nodeId, url, version, strategy },
    clock: systemClock,
  });
}
