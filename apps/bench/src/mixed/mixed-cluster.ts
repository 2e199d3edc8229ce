/** A cluster of two versions: each place has an address that stays, and a node of one of the versions that serves it. */
import { randomBytes } from 'node:crypto';
import { freePort, type RedisServer, startOneShardCluster, startRedis } from '@plenum/testkit';
import { type OwnProcess, urlOf } from '../processes/child-process.ts';
import { startPlenumNode, tokenSignedWith } from '../systems/plenum-system.ts';

export type Version = 'before' | 'now';

export interface MixedClusterOptions {
  /** Absolute path of the command `plenum` of each version. */
  readonly scripts: Readonly<Record<Version, string>>;
  /** Of the nodes at the start, in the order of the places. */
  readonly versions: readonly Version[];
  readonly isRedisCluster: boolean;
}

interface Place {
  readonly url: string;
  version: Version;
  node: OwnProcess;
}

export class MixedCluster {
  readonly redisUrl: string;
  readonly token: (userId: string) => Promise<string>;
  readonly #options: MixedClusterOptions;
  readonly #redis: RedisServer;
  readonly #secret: string;
  readonly #places: Place[] = [];

  private constructor(options: MixedClusterOptions, redis: RedisServer, secret: string) {
    this.#options = options;
    this.#redis = redis;
    this.#secret = secret;
    this.redisUrl = redis.url;
    this.token = tokenSignedWith(secret);
  }

  /** If one part fails to start, all others are stopped. */
  static async start(options: MixedClusterOptions): Promise<MixedCluster> {
    const redis = options.isRedisCluster
      ? await startOneShardCluster()
      : await startRedis({ appendonly: true });
    const cluster = new MixedCluster(options, redis, randomBytes(32).toString('hex'));
    try {
      for (const version of options.versions) await cluster.#add(version);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get urls(): readonly string[] {
    return this.#places.map(({ url }) => url);
  }

  get versions(): readonly Version[] {
    return this.#places.map(({ version }) => version);
  }

  versionAt(url: string): Version {
    return this.#placeWith((place) => place.url === url).version;
  }

  /**
   * Ends the node of a place and starts one there. Resolves when the new one is ready.
   * @param how SIGTERM: the node drains; SIGKILL: it does not
   */
  async restart(index: number, version: Version, how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const place = this.#placeWith((_, at) => at === index);
    if (how === 'SIGKILL') place.node.child.kill('SIGKILL');
    await place.node.stop();
    place.version = version;
    place.node = this.#nodeAt(place.url, version);
    await urlOf(place.node);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await Promise.all(this.#places.map(({ node }) => node.stop()));
    await this.#redis.stop();
  }

  async #add(version: Version): Promise<void> {
    const url = `http://127.0.0.1:${await freePort()}`;
    const node = this.#nodeAt(url, version);
    this.#places.push({ url, version, node });
    await urlOf(node);
  }

  #nodeAt(url: string, version: Version): OwnProcess {
    return startPlenumNode({
      script: this.#options.scripts[version],
      redisUrl: this.redisUrl,
      secret: this.#secret,
      environment: { PORT: new URL(url).port },
    });
  }

  #placeWith(isWanted: (place: Place, index: number) => boolean): Place {
    const place = this.#places.find(isWanted);
    if (place === undefined) throw new Error('the cluster has no such place');
    return place;
  }
}
