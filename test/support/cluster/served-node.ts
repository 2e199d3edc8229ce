/** `plenum serve` as a process, with known secrets and devices that it has to let go one after the other. */
import { startRedis } from '@plenum/testkit';
import { CommandProcess } from '../../command-process.ts';
import { Device, type DeviceOptions } from '../devices/device.ts';
import { adminToken, type HttpAnswer, httpRequest, jwtSecret, type RestCall, tokenOf } from '../wire/http.ts';
import type { EngineName } from './service.ts';

const script = 'apps/server/bin/plenum.js';

export class ServedNode implements AsyncDisposable {
  readonly url: string;
  readonly command: CommandProcess;
  readonly #devices: Device[] = [];
  readonly #release: () => Promise<void>;
  #isDraining = false;

  private constructor(command: CommandProcess, url: string, release: () => Promise<void>) {
    this.command = command;
    this.url = url;
    this.#release = release;
  }

  /** @param engine `given`: on the Redis that `environment` names */
  static async start(
    engine: EngineName | 'given',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ServedNode> {
    const redis = engine === 'redis' ? await startRedis() : null;
    const command = new CommandProcess(script, ['serve'], {
      PORT: '0',
      PLENUM_JWT_SECRET: jwtSecret,
      PLENUM_ADMIN_TOKEN: adminToken,
      ...(redis === null ? {} : { REDIS_URL: redis.serviceUrl }),
      ...environment,
    });
    // In dev mode a node speaks to people.
    const [, url = ''] = await command.until(/(?:"url":"|Plenum is ready at )([^"\s]+)/);
    return new ServedNode(command, url, async () => redis?.stop());
  }

  /** Does not come back by itself when it is let go. */
  async device(userId: string, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(this.url, await tokenOf(userId), { reconnection: false, ...options });
    this.#devices.push(device);
    return device.connected();
  }

  rest(method: string, path: string, call: RestCall = {}): Promise<HttpAnswer> {
    return httpRequest(method, `${this.url}${path}`, call);
  }

  /** Resolves when the drain has begun; it takes 6 s, since a drain closes its sockets one by one, or ends with this node. */
  async beginDrain(): Promise<void> {
    this.#isDraining = true;
    const devices = await Promise.all(Array.from({ length: 120 }, (_, i) => this.device(`idle:${i}`)));
    this.command.signal('SIGTERM');
    await devices[0]?.until('drain');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const device of this.#devices) device.socket.disconnect();
    if (this.#isDraining) this.command.signal('SIGKILL');
    await this.command[Symbol.asyncDispose]();
    await this.#release();
  }
}
