/** Nodes whose wall clocks are wrong, each by its own amount, on one Redis. */
import { issueJwt } from '@plenum/adapters';
import { userIdSchema } from '@plenum/protocol';
import { type RedisServer, startRedis } from '@plenum/testkit';
import { CommandProcess } from '../../command-process.ts';
import { Device } from '../devices/device.ts';
import { adminToken, jwtSecret } from '../wire/http.ts';

const shift = new URL('./shift-wall-clock.js', import.meta.url).href;
/** A token's expiry is a wall-clock time: it outlives every clock of these tests. */
const tokenSec = 24 * 3600;

export class SkewedNodes implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly urls: readonly string[];
  readonly #commands: readonly CommandProcess[];
  readonly #devices: Device[] = [];

  private constructor(redis: RedisServer, commands: readonly CommandProcess[], urls: readonly string[]) {
    this.redis = redis;
    this.#commands = commands;
    this.urls = urls;
  }

  /** @param shiftsMs how far the clock of each node is ahead. */
  static async start(shiftsMs: readonly number[]): Promise<SkewedNodes> {
    const redis = await startRedis();
    const commands = shiftsMs.map(
      (shiftMs) =>
        new CommandProcess('apps/server/bin/plenum.js', ['serve'], {
          PORT: '0',
          REDIS_URL: redis.serviceUrl,
          PLENUM_JWT_SECRET: jwtSecret,
          PLENUM_ADMIN_TOKEN: adminToken,
          NODE_OPTIONS: `--import ${shift}`,
          WALL_CLOCK_SHIFT_MS: String(shiftMs),
        }),
    );
    const urls = await Promise.all(
      commands.map(async (command) => (await command.until(/"url":"([^"]+)"/))[1] ?? ''),
    );
    return new SkewedNodes(redis, commands, urls);
  }

  /** What the node takes for the present time when it logs its first line, ms. */
  bootTimeOf(index: number): number {
    return Date.parse(this.#commands[index]?.output.match(/"time":"([^"]+)"/)?.[1] ?? '');
  }

  async device(userId: string, index: number): Promise<Device> {
    const claims = { secret: jwtSecret, userId: userIdSchema.parse(userId), expiresInSec: tokenSec };
    const device = new Device(this.urls[index] ?? '', await issueJwt(claims));
    this.#devices.push(device);
    return device.connected();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const device of this.#devices) device.socket.disconnect();
    await Promise.all(this.#commands.map((command) => command[Symbol.asyncDispose]()));
    await this.redis.stop();
  }
}
