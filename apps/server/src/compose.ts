/** The composition root: the only place that knows every package and puts a node together. */
import { createJwtAuthenticator, issueJwt } from '@plenum/adapters';
import {
  type Clock,
  type Core,
  type CoreParts,
  createCore,
  type Engine,
  type EngineSettings,
  type FanOut,
  type Logger,
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
}

export function openDomain(engine: Engine, logger: Logger, choice: DomainChoice): Domain {
  const { createOnJoin, fanOut: mode } = choice;
  const fanOut = createFanOut({ logger, clock: systemClock, mode });
  return { core: createCore({ engine, fanOut, clock: systemClock, logger, createOnJoin }), fanOut };
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
    hub: domain.core.feeds,
    authenticator: createJwtAuthenticator({ secret }),
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
