/**
 * A Redis whose files can be kept from growing: it gets a part of a write done and the rest refused, as on a full disk. Its
 * append-only file was rewritten once, as it is after some time of use and in every replica.
 */
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect } from 'vitest';

const run = promisify(execFile);

// Before the first start of a Redis in this process, which looks for its program once.
Object.assign(process.env, {
  LIMITED_PROGRAM: process.env['REDIS_SERVER'] ?? '',
  REDIS_SERVER: fileURLToPath(new URL('./limited-redis.sh', import.meta.url)),
});

export class LimitedRedis implements AsyncDisposable {
  readonly server: RedisServer;
  readonly #redis: Redis;

  private constructor(server: RedisServer) {
    this.server = server;
    this.#redis = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    this.#redis.on('error', () => {});
  }

  static async start(): Promise<LimitedRedis> {
    const limited = new LimitedRedis(
      await startRedis({ appendonly: true, args: ['--appendfsync', 'everysec'] }),
    );
    await limited.rewrite();
    return limited;
  }

  /** Of its append-only file. */
  get folder(): string {
    return join(this.server.dir, 'appendonlydir');
  }

  /** Its append-only file can have so many bytes more, and not one beyond them: the write that reaches them is done in part. */
  async fillUpTo(bytes: number): Promise<void> {
    const [name = ''] = (await readdir(this.folder)).filter((file) => file.endsWith('.incr.aof'));
    const sizeNow = async () => (await stat(join(this.folder, name))).size;
    let limit: number;
    // A file that has grown meanwhile is at its limit, or beyond it: then nothing of a write would be done.
    do {
      limit = (await sizeNow()) + bytes;
      await run('prlimit', [`--pid=${this.server.pid}`, `--fsize=${limit}:`]);
    } while ((await sizeNow()) >= limit);
  }

  /** Resolves when it writes again. */
  async free(): Promise<void> {
    await run('prlimit', [`--pid=${this.server.pid}`, '--fsize=unlimited:']);
    await this.#until({ aof_last_write_status: 'ok' });
  }

  /** Resolves when its append-only file is a new one. */
  async rewrite(): Promise<void> {
    await this.#redis.bgrewriteaof();
    await this.#until({ aof_rewrite_in_progress: '0', aof_last_bgrewrite_status: 'ok' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect();
    await this.server.stop();
  }

  #until(fields: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}\r\n`);
    return eventually(async () => {
      const info = await this.#redis.info('persistence');
      for (const line of lines) expect(info).toContain(line);
    });
  }
}
