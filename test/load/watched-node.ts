/** A node in this process whose insides can be counted: feeds, devices, channels, open files, and the heap after a collection. */
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createJwtAuthenticator } from '@plenum/adapters';
import { type Clock, type Core, createCore, defaultEngineSettings, fail, systemClock } from '@plenum/core';
import { createFanOut, createGateway, fullAdminToken, type Gateway } from '@plenum/gateway';
import { createRedisEngine, type RedisEngine } from '@plenum/redis';
import { freshPrefix, type RedisServer, seededRandom, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { adminToken, jwtSecret } from '../support/wire/http.ts';

/** What is left when all users are gone. */
export interface Remains {
  readonly feeds: number;
  /** Users with a device. */
  readonly users: number;
  /** Sharded channels that have a subscriber. */
  readonly channels: number;
  readonly openFiles: number;
  readonly heapBytes: number;
}

const unlimited = 1e6;
/** Feeds outlive their last member by two sweeps of 30 s: the domain's clock runs faster here, the engine's does not. */
const haste = 20;
const hastyClock: Clock = {
  monotonicMs: () => systemClock.monotonicMs() * haste,
  after: (delayMs, task) => systemClock.after(delayMs / haste, task),
};
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

interface WatchedNodeDeps {
  readonly redis: RedisServer;
  readonly engine: RedisEngine;
  readonly core: Core;
  readonly gateway: Gateway;
}

export class WatchedNode implements AsyncDisposable {
  readonly url: string;
  readonly #deps: WatchedNodeDeps;
  readonly #admin: Redis;

  private constructor(deps: WatchedNodeDeps, url: string) {
    this.#deps = deps;
    this.url = url;
    this.#admin = new Redis(deps.redis.url);
  }

  static async start(): Promise<WatchedNode> {
    const redis = await startRedis();
    const random = seededRandom();
    const engine = await createRedisEngine({
      url: redis.serviceUrl,
      prefix: freshPrefix(),
      random,
      clock: systemClock,
      settings: {
        ...defaultEngineSettings,
        ratePerSec: unlimited,
        rateBurst: unlimited,
        membershipRatePerSec: unlimited,
        changeRatePerSec: unlimited,
        changeRateBurst: unlimited,
        membershipRateBurst: unlimited,
      },
      logger: silent,
    });
    const fanOut = createFanOut({ logger: silent, clock: systemClock });
    const core = createCore({
      engine,
      fanOut,
      clock: hastyClock,
      logger: silent,
      nodeId: 'watched',
      createOnJoin: 'public',
    });
    core.start();
    const gateway = await gatewayOf(engine, core);
    const { url } = await gateway.listen();
    return new WatchedNode({ redis, engine, core, gateway }, url);
  }

  async remains(): Promise<Remains> {
    const { feeds } = this.#deps.core;
    const channels: unknown = await this.#admin.pubsub('SHARDCHANNELS');
    return {
      feeds: feeds.size,
      users: feeds.devices.users().length,
      channels: Array.isArray(channels) ? channels.length : Number.NaN,
      openFiles: readdirSync('/dev/fd').length,
      heapBytes: await heapBytes(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { gateway, core, engine, redis } = this.#deps;
    this.#admin.disconnect();
    await gateway.close();
    core.stop();
    await engine.close();
    await redis.stop();
  }
}

/** No operator looks at this node by the routes of the cluster. */
const unwatched = () => Promise.resolve(fail({ code: 'unsupported_request' }));

function gatewayOf(engine: RedisEngine, core: Core): Promise<Gateway> {
  return createGateway({
    operations: core.operations,
    usualSend: core.usualSend,
    cluster: {
      ...core.cluster,
      figures: unwatched,
      warnings: unwatched,
      devices: unwatched,
      trace: unwatched,
    },
    hub: core.feeds,
    authenticator: createJwtAuthenticator({ secret: jwtSecret }),
    revocations: engine.revocations,
    cuts: engine.nudges,
    engineHealth: () => engine.health(),
    roomChannels: engine.roomChannels,
    rooms: engine.rooms,
    readings: {
      hostedFeeds: () => core.feeds.size,
      attachedDevices: () => core.feeds.devices.size,
    },
    logger: silent,
    clock: systemClock,
    random: seededRandom(),
    config: {
      host: '127.0.0.1',
      port: 0,
      service: 'relay',
      event: 'request',
      corsOrigins: [],
      isDev: false,
      transports: ['websocket'],
      adminTokens: [fullAdminToken(adminToken)],
      messageMaxBytes: 4096,
      createPolicy: 'any',
    },
  });
}

/** Finalizers of one collection may free what only the next one takes. */
async function heapBytes(): Promise<number> {
  if (typeof collectGarbage !== 'function') throw new Error('this Node does not let a test collect garbage');
  for (let i = 0; i < 3; i += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
