/** One address of Redis that moves from a master to its replica, as a managed service does it. */
import {
  asService,
  eventually,
  type FaultProxy,
  freePort,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect } from 'vitest';

const figure = (text: string, name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(text)?.[1]);

export class MovingRedis implements AsyncDisposable {
  /** Where the address leads before it moves. */
  readonly former: RedisServer;
  readonly #proxy: FaultProxy;
  readonly #present: RedisServer;

  private constructor(former: RedisServer, present: RedisServer, proxy: FaultProxy) {
    this.former = former;
    this.#present = present;
    this.#proxy = proxy;
  }

  static async start(): Promise<MovingRedis> {
    const former = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    const present = await startRedis({ args: ['--replicaof', `127.0.0.1 ${former.port}`] });
    return new MovingRedis(former, present, await startFaultProxy({ targetPort: former.port }));
  }

  /** The address that moves. */
  get serviceUrl(): string {
    return asService(this.#proxy.url);
  }

  /**
   * Writes wait until the replica has everything, so that no acknowledged one is lost. The former master stays as a replica of
   * nothing. Those that send find the new master at once; nothing but the nodes themselves moves the ones that read and hear.
   */
  async move(): Promise<void> {
    const [old, next] = [new Redis(this.former.url), new Redis(this.#present.url)];
    try {
      await old.client('PAUSE', 10_000, 'WRITE');
      await eventually(async () => {
        const [there, here] = [await old.info('replication'), await next.info('replication')];
        expect(figure(here, 'slave_repl_offset')).toBe(figure(there, 'master_repl_offset'));
      });
      await next.replicaof('NO', 'ONE');
      this.#proxy.moveTo(this.#present.port);
      await old.replicaof('127.0.0.1', await freePort());
      this.#proxy.cutAll(/plenum-command/);
    } finally {
      for (const redis of [old, next]) redis.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy.stop();
    await Promise.all([this.former.stop(), this.#present.stop()]);
  }
}
