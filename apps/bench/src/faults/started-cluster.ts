/**
 * A Redis and nodes that are started to be broken. In front of each node is a proxy for its clients, whose address stays when the
 * node is replaced; behind each is one to Redis.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type FaultProxy, startFaultProxy } from '@plenum/testkit';
import { type OwnProcess, urlOf } from '../processes/child-process.ts';
import { startPlenumNode, tokenSignedWith } from '../systems/plenum-system.ts';
import type { RunningSystem } from '../systems/system.ts';
import type { Build } from './builds.ts';
import { RedisPair, type RedisPairOptions } from './redis-pair.ts';

export interface StartedClusterOptions extends RedisPairOptions {
  readonly nodeCount: number;
  /** Of all nodes at the start. */
  readonly build: Build;
}

interface Place {
  /** Between clients and the node. */
  readonly door: FaultProxy;
  /** Between the node and Redis. */
  readonly toRedis: FaultProxy;
  build: Build;
  node: OwnProcess;
}

/** A drain may take 15 s, and what is open then as long again. */
const endLimitMs = 40_000;

export class StartedCluster implements RunningSystem {
  readonly dialect = 'plenum';
  readonly redisUrl = null;
  readonly isOurs = true;
  readonly adminToken: string;
  readonly token: RunningSystem['token'];
  readonly #redis: RedisPair;
  readonly #places: Place[] = [];

  private constructor(redis: RedisPair) {
    this.#redis = redis;
    this.adminToken = randomBytes(32).toString('hex');
    this.token = tokenSignedWith(this.adminToken);
  }

  /** If one part fails to start, all others are stopped. */
  static async start({ nodeCount, build, ...redis }: StartedClusterOptions): Promise<StartedCluster> {
    const cluster = new StartedCluster(await RedisPair.start(redis));
    try {
      for (let i = 0; i < nodeCount; i += 1) await cluster.#add(build);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Of the doors. */
  get urls(): readonly string[] {
    return this.#places.map(({ door }) => `http://127.0.0.1:${door.port}`);
  }

  /** Others after each restart. */
  get nodes(): readonly OwnProcess[] {
    return this.#places.map(({ node }) => node);
  }

  get nodeCount(): number {
    return this.#places.length;
  }

  buildOf(index: number): Build {
    return this.#place(index).build;
  }

  /**
   * Ends a node and starts one in its place. Resolves when the new one is ready.
   * @param how SIGTERM: the node drains; SIGKILL: it does not
   * @throws Error if it does not end
   */
  async restart(
    index: number,
    how: 'SIGTERM' | 'SIGKILL',
    { awayMs = 0, build }: { readonly awayMs?: number; readonly build?: Build } = {},
  ): Promise<void> {
    const place = this.#place(index);
    await endOf(place.node, how);
    await pause(awayMs);
    if (build !== undefined) place.build = build;
    place.node = this.#nodeOf(place);
    place.door.moveTo(portOf(await urlOf(place.node)));
  }

  /** The proxy between a node and Redis, or between the node and its clients. */
  linkOf(index: number, side: 'redis' | 'clients'): FaultProxy {
    const { toRedis, door } = this.#place(index);
    return side === 'redis' ? toRedis : door;
  }

  /** The address of Redis then leads to the former replica, and every connection to it is reset. */
  async failover(): Promise<void> {
    await this.#redis.failover();
    for (const { toRedis } of this.#places) {
      toRedis.moveTo(this.#redis.port);
      toRedis.cutAll();
    }
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await Promise.all(this.#places.map(({ node }) => node.stop()));
    await Promise.all(this.#places.flatMap(({ door, toRedis }) => [door.stop(), toRedis.stop()]));
    await this.#redis.stop();
  }

  async #add(build: Build): Promise<void> {
    const toRedis = await startFaultProxy({ targetPort: this.#redis.port });
    const door = await startFaultProxy({ targetPort: 0 });
    const node = this.#nodeOf({ build, toRedis });
    this.#places.push({ build, toRedis, door, node });
    door.moveTo(portOf(await urlOf(node)));
  }

  #nodeOf({ build, toRedis }: Pick<Place, 'build' | 'toRedis'>): OwnProcess {
    const redisUrl = this.#redis.urlThrough(toRedis.port);
    return startPlenumNode({ script: build.script, redisUrl, secret: this.adminToken });
  }

  #place(index: number): Place {
    const place = this.#places[index];
    if (place === undefined) throw new Error(`the cluster has no node ${index + 1}`);
    return place;
  }
}

const portOf = (url: string): number => Number(new URL(url).port);

async function endOf({ child, ended, pid }: OwnProcess, how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.kill(how);
  const limit = new AbortController();
  const late = pause(endLimitMs, 'late' as const, { signal: limit.signal }).catch(() => 'ended' as const);
  const first = await Promise.race([ended.then(() => 'ended' as const), late]);
  limit.abort();
  if (first === 'ended') return;
  child.kill('SIGKILL');
  await ended;
  throw new Error(`process ${pid} did not end within ${endLimitMs / 1000} s of ${how}`);
}
