/** Three real nodes on a Redis of their own; without a balancer before them. */
import { asService, type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@plenum/testkit';
import { NodeOnPort } from './node-on-port.ts';
import { nodeSettings } from './service.ts';

const common = {
  HOST: '127.0.0.1',
  ...nodeSettings,
  // The only peer whose word about addresses counts.
  PLENUM_TRUST_PROXY: '127.0.0.1',
};

export class ThreeNodes implements AsyncDisposable {
  readonly all: readonly NodeOnPort[];
  /** Between Redis and the first node; the others go straight there. */
  readonly linkOfFirst: FaultProxy;
  readonly #redis: RedisServer;

  private constructor(all: readonly NodeOnPort[], linkOfFirst: FaultProxy, redis: RedisServer) {
    this.all = all;
    this.linkOfFirst = linkOfFirst;
    this.#redis = redis;
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ThreeNodes> {
    const redis = await startRedis();
    const link = await startFaultProxy({ targetPort: redis.port });
    const urls = [asService(link.url), redis.serviceUrl, redis.serviceUrl];
    const nodes = urls.map((REDIS_URL) => NodeOnPort.start({ ...common, ...environment, REDIS_URL }));
    try {
      return new ThreeNodes(await Promise.all(nodes), link, redis);
    } catch (error) {
      const started = (await Promise.allSettled(nodes)).filter((result) => result.status === 'fulfilled');
      await stop(
        started.map(({ value }) => value),
        link,
        redis,
      );
      throw error;
    }
  }

  /** `host:port` of each. */
  get addresses(): readonly string[] {
    return this.all.map(({ address }) => address);
  }
  node(index: number): NodeOnPort {
    const node = this.all[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }
  /** The one with the most sockets. */
  async busiest(): Promise<NodeOnPort> {
    const sockets = await this.sockets();
    return this.node(sockets.indexOf(Math.max(...sockets)));
  }
  /** Open ones, of each node. */
  sockets(): Promise<readonly number[]> {
    return Promise.all(this.all.map((node) => node.sockets()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stop(this.all, this.linkOfFirst, this.#redis);
  }
}

async function stop(nodes: readonly NodeOnPort[], link: FaultProxy, redis: RedisServer): Promise<void> {
  await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  await link.stop();
  await redis.stop();
}
