/** Several Redis servers that a test starts, queries and ends together. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RedisLogin, RedisTls, RedisUsers } from '@plenum/local-redis';
import { Redis } from 'ioredis';
import { type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts';
import { sentinelUsers, shippedUsers } from './shipped-acl.ts';

const pollMs = 50;
/**
 * A Sentinel that got no CPU time for 2 s decides nothing for the next 30 s (its TILT mode). A server of a Cluster that has voted
 * before its clock steps back by a minute votes for no replica of that shard until the clock has caught up. So this is longer.
 */
const patienceMs = 110_000;

export interface ServerSetOptions {
  /** Arguments of every redis-server. */
  readonly args?: readonly string[];
  /** Given: all connections speak TLS, those between the servers too. */
  readonly tls?: RedisTls;
  /** True: as `deploy/redis.acl` has it, the default user may only ping. Default false: it may do everything. */
  readonly isStrict?: boolean;
}

export class ServerSet implements AsyncDisposable {
  readonly #clients = new Map<RedisServer, Redis>();
  readonly #options: ServerSetOptions;

  protected constructor(options: ServerSetOptions) {
    this.#options = options;
  }

  /** How a server of the set logs in at another one. */
  protected get peerLogin(): RedisLogin | undefined {
    return this.#users.admin;
  }

  get #users(): RedisUsers {
    return shippedUsers({ isStrict: this.#options.isStrict ?? false });
  }

  get #sentinelUsers(): RedisUsers | null {
    return this.#options.isStrict === true ? sentinelUsers() : null;
  }

  /** @returns the server; it ends with the set */
  protected async launch(options: RedisServerOptions): Promise<RedisServer> {
    const { args = [], tls } = this.#options;
    const { username = '', password = '' } = this.peerLogin ?? {};
    const peers = username === '' ? [] : ['--masteruser', username, '--masterauth', password];
    const server = await startRedis({
      users: options.sentinel === undefined ? this.#users : this.#sentinelUsers,
      ...(tls === undefined ? {} : { tls }),
      ...options,
      args: [...(options.sentinel === undefined ? [...args, ...peers] : []), ...(options.args ?? [])],
    });
    const client = new Redis(server.url, {
      retryStrategy: () => pollMs,
      maxRetriesPerRequest: null,
      ...(tls === undefined ? {} : { tls: { ...tls, checkServerIdentity: () => undefined } }),
    });
    client.on('error', () => undefined);
    this.#clients.set(server, client);
    return server;
  }

  /** Sends one command to one server; waits while that is away. */
  ask(server: RedisServer, ...[command, ...args]: [string, ...(string | number)[]]): Promise<unknown> {
    const client = this.#clients.get(server);
    if (client === undefined) throw new Error(`The server on port ${server.port} is not of this set.`);
    return client.call(command, ...args);
  }

  /** One field of a reply to `INFO` or `CLUSTER INFO`. */
  async field(server: RedisServer, name: string, ...command: [string, ...string[]]): Promise<string> {
    const text = String(await this.ask(server, ...command));
    return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  }

  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const giveUpAtMs = performance.now() + patienceMs;
    while (!(await isSo())) {
      if (performance.now() > giveUpAtMs) throw new Error(`Redis did not come to this: ${what}.`);
      await pause(pollMs);
    }
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.values()) client.disconnect();
    await Promise.all([...this.#clients.keys()].map((server) => server.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
