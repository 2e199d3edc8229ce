/** The composition root: the only place that knows every package and puts a node together. */
import { createJwtAuthenticator, issueJwt } from '@plenum/adapters';
import {
  type Clock,
  type ClusterStrategy,
  type Core,
  type CoreParts,
  createCore,
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
import { homePage } from './home-page.ts';
import { systemRandom } from './random.ts';
import type { Secrets } from './secrets.ts';

/** Life of a token that `POST /v1/dev/token` gives out. */
const devTokenSec = 24 * 3600;

export interface EngineChoice {
  /** Null: the memory engine. */
  readonly redisUrl: string | null;
  readonly prefix: string;
  readonly settings: EngineSettings;
  readonly logger: Logger;
  /** `client`: one command connection, no subscriber. */
  readonly role: 'node' | 'client';
}

/** @throws Error with one clear sentence if Redis is away, too old, or set up so that it would lose data. */
export async function openEngine(choice: EngineChoice): Promise<Engine> {
  const injected = { random: systemRandom, clock: systemClock, settings: choice.settings };
  if (choice.redisUrl === null) return createMemoryEngine(injected);
  const { prefix, logger, role } = choice;
  return createRedisEngine({ ...injected, url: choice.redisUrl, prefix, logger, role });
}

export interface Domain {
  readonly core: Core;
  readonly fanOut: FanOut;
}

export interface DomainChoice {
  readonly createOnJoin: NonNullable<CoreParts['createOnJoin']>;
  readonly fanOut: FanOutMode;
  /** Of this start of the process. */
  readonly nodeId: string;
}

export function openDomain(engine: Engine, logger: Logger, choice: DomainChoice): Domain {
  const { createOnJoin, fanOut: mode, nodeId } = choice;
  const fanOut = createFanOut({ logger, clock: systemClock, mode });
  const core = createCore({ engine, fanOut, clock: systemClock, logger, nodeId, createOnJoin });
  return { core, fanOut };
}

export interface GatewayChoice {
  readonly engine: Engine;
  readonly domain: Domain;
  readonly logger: Logger;
  readonly config: Omit<GatewayOptions['config'], 'adminToken'>;
  readonly secrets: Secrets;
  readonly version: string;
  /** The caller's own servers, if there are any. */
  readonly mount?: Pick<GatewayOptions, 'fastify' | 'io'>;
}

export function openGateway(choice: GatewayChoice): Promise<Gateway> {
  const { engine, domain, logger, secrets } = choice;
  const { jwtSecret: secret, adminToken } = secrets;
  const issueDevToken: GatewayOptions['issueDevToken'] = (userId) =>
    issueJwt({ secret, userId, expiresInSec: devTokenSec });
  const injected: { clock: Clock; random: Random } = { clock: systemClock, random: systemRandom };
  return createGateway({
    ...injected,
    operations: domain.core.operations,
    cluster: domain.core.cluster,
    hub: domain.core.feeds,
    authenticator: createJwtAuthenticator({ secret }),
    revocations: engine.revocations,
    cuts: engine.nudges,
    engineHealth: () => engine.health(),
    readings: {
      hostedFeeds: () => domain.core.feeds.size,
      attachedDevices: () => domain.core.feeds.devices.size,
    },
    roomChannels: engine.roomChannels,
    logger,
    config: { ...choice.config, adminToken },
    version: choice.version,
    homePage: homePage(choice.config),
    ...(choice.config.isDev ? { issueDevToken } : {}),
    ...choice.mount,
  });
}

export interface OwnershipChoice {
  readonly engine: Engine;
  readonly logger: Logger;
  readonly nodeId: string;
  /** Null: this process does not listen. */
  readonly url: string | null;
  readonly version: string;
  readonly strategy: ClusterStrategy;
  readonly onDrainAsked?: () => void;
}

export function openOwnership({ engine, ...choice }: OwnershipChoice): Ownership {
  const { nodeId, url, version, strategy, ...rest } = choice;
  return new Ownership({
    ...rest,
    nodes: engine.nodes,
    leases: engine.leases,
    works: engine.partitionWorks,
    card: { nodeId, url, version, strategy },
    clock: systemClock,
  });
}
