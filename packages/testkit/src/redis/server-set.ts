/** Several Redis servers that a test starts, queries and ends together. */
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts';

const pollMs = 50;
/** A Sentinel that got no CPU time for 2 s decides nothing for the next 30 s (its TILT mode), so this is longer. */
const patienceMs = 50_000;

export class ServerSet implements AsyncDisposable {
  readonly #clients = new Map<RedisServer, Redis>();

  /** @returns the server; it ends with the set */
  protected async launch(options: RedisServerOptions): Promise<RedisServer> {
    const server = await startRedis(options);
    const client = new Redis(server.url, { retryStrategy: () => pollMs, maxRetriesPerRequest: null });
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
