/** Nodes that come and go behind one address, on a Redis of their own. */
import { type RedisServer, startRedis } from '@plenum/testkit';
import { type Balancer, startBalancer } from '../../../apps/server/src/dev/balancer.ts';
import { ServedNode } from './served-node.ts';

export class ChangingNodes implements AsyncDisposable {
  /** Of the balancer. */
  readonly url: string;
  readonly redis: RedisServer;
  readonly #balancer: Balancer;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #nodes: ServedNode[] = [];

  private constructor(
    { redis, balancer }: { readonly redis: RedisServer; readonly balancer: Balancer },
    environment: Readonly<Record<string, string>>,
  ) {
    this.redis = redis;
    this.#balancer = balancer;
    this.url = `http://127.0.0.1:${balancer.port}`;
    this.#environment = { ...environment, REDIS_URL: redis.serviceUrl };
  }

  /** Without any node yet. @param environment of each of them */
  static async start(environment: Readonly<Record<string, string>>): Promise<ChangingNodes> {
    const [redis, balancer] = await Promise.all([startRedis(), startBalancer(0)]);
    return new ChangingNodes({ redis, balancer }, environment);
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** Resolves when it is reached by the common address. */
  async add(): Promise<void> {
    this.#nodes.push(await ServedNode.start('given', this.#environment));
    this.#retarget();
  }

  /** The one that has been there longest. Resolves when it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = this.#nodes.shift();
    this.#retarget();
    node?.command.signal(signal);
    await node?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.#balancer.close();
    await this.redis.stop();
  }

  #retarget(): void {
    const targets = this.#nodes.map(({ url }) => new URL(url));
    this.#balancer.setTargets(targets.map(({ hostname: host, port }) => ({ host, port: Number(port) })));
  }
}
