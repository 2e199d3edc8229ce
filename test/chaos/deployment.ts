/** The Redis of a chaos run: one server, a master behind Sentinels, or a Cluster, all of which write their AOF to one small disk. */
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterSet, type RedisServer, SentinelSet, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';

export const deploymentKinds = ['standalone', 'sentinel', 'cluster'] as const;
export type DeploymentKind = (typeof deploymentKinds)[number];

/** AOF `everysec`, as in the shipped configuration. An ack survives the death of the process, not the loss of what was not synced. */
const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
const watchEveryMs = 250;

type Set =
  | { readonly kind: 'standalone'; readonly server: RedisServer }
  | { readonly kind: 'sentinel'; readonly set: SentinelSet }
  | { readonly kind: 'cluster'; readonly set: ClusterSet };

export class Deployment implements AsyncDisposable {
  readonly of: Set;
  /** When the masters became others, as they say it themselves: performance.now(), ms. */
  readonly failoversMs: number[] = [];
  readonly #clients = new Map<number, Redis>();
  #isOver = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(of: Set) {
    this.of = of;
  }

  static async start(kind: DeploymentKind): Promise<Deployment> {
    const deployment = new Deployment(await start(kind));
    if (kind !== 'standalone') deployment.#watching = deployment.#watch();
    return deployment;
  }

  get kind(): DeploymentKind {
    return this.of.kind;
  }
  /** Value of `REDIS_URL`. */
  get url(): string {
    return this.of.kind === 'standalone' ? this.of.server.serviceUrl : this.of.set.url;
  }

  /** Masters and replicas. */
  get servers(): readonly RedisServer[] {
    return this.of.kind === 'standalone' ? [this.of.server] : this.of.set.servers;
  }

  async masters(): Promise<readonly RedisServer[]> {
    if (this.of.kind === 'standalone') return [this.of.server];
    return this.of.kind === 'sentinel' ? [await this.of.set.master()] : this.of.set.masters();
  }

  /** One of the masters. @param share which, from 0 to 1 */
  async master(share: number): Promise<RedisServer> {
    const masters = (await this.masters()).toSorted((a, b) => a.port - b.port);
    const master = masters[Math.floor(share * masters.length)];
    if (master === undefined) throw new Error('There is no master.');
    return master;
  }

  /** Sends one command to one server; waits while that is away. */
  ask(
    server: RedisServer,
    ...[command, ...args]: [string, ...(string | number | Buffer)[]]
  ): Promise<unknown> {
    const client =
      this.#clients.get(server.port) ??
      new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    if (!this.#clients.has(server.port)) client.on('error', () => {});
    this.#clients.set(server.port, client);
    return client.call(command, ...args);
  }

  /** Of all masters. */
  async askEach(...command: [string, ...(string | number)[]]): Promise<readonly unknown[]> {
    return Promise.all((await this.masters()).map((master) => this.ask(master, ...command)));
  }

  /** A whole number of a reply to `INFO`. */
  async figure(server: RedisServer, name: string): Promise<number> {
    return Number(new RegExp(`${name}:(\\d+)`).exec(String(await this.ask(server, 'INFO')))?.[1]);
  }

  async folderOf(server: RedisServer): Promise<string> {
    const [, folder] = Object(await this.ask(server, 'CONFIG', 'GET', 'dir'));
    return String(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    for (const client of this.#clients.values()) client.disconnect();
    await (this.of.kind === 'standalone' ? this.of.server.stop() : this.of.set.stop());
  }

  async #watch(): Promise<void> {
    let before = '';
    while (!this.#isOver) {
      const masters = await this.masters().catch(() => []);
      const now = masters
        .map(({ port }) => port)
        .toSorted()
        .join();
      if (before !== '' && now !== before) this.failoversMs.push(performance.now());
      before = now;
      await pause(watchEveryMs);
    }
  }
}

async function start(kind: DeploymentKind): Promise<Set> {
  if (kind === 'standalone') return { kind, server: await startRedis({ args: durable }) };
  if (kind === 'sentinel') return { kind, set: await SentinelSet.start({ replicas: 1, args: durable }) };
  return { kind, set: await ClusterSet.start({ args: durable }) };
}
