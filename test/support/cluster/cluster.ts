/** Three real node processes behind the balancer of `npm run cluster`, on a Redis that the test may do anything to. */
import { groupOwnerSchema } from '@plenum/protocol';
import { eventually, type RedisServer, type RedisServerOptions, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { CommandProcess } from '../../command-process.ts';
import { Device, type DeviceOptions } from '../devices/device.ts';
import { httpRequest, tokenOf } from '../wire/http.ts';
import { nodeSettings } from './service.ts';

export interface RunningNode {
  readonly url: string;
  readonly pid: number;
}

export class Cluster implements AsyncDisposable {
  /** Of the balancer. */
  readonly url: string;
  readonly #redis: RedisServer | null;
  readonly #admin: Redis | null;
  readonly #command: CommandProcess;
  readonly #devices: Device[] = [];

  private constructor(command: CommandProcess, redis: RedisServer | null, url: string) {
    this.#command = command;
    this.#redis = redis;
    this.url = url;
    this.#admin = redis === null ? null : new Redis(redis.url);
    this.#admin?.on('error', () => {});
  }

  /**
   * On a Redis of its own, or on the one that `REDIS_URL` in `environment` names, which then is the test's to end.
   * @param redisOptions of its own one.
   */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    redisOptions: RedisServerOptions = {},
  ): Promise<Cluster> {
    const given = environment['REDIS_URL'];
    const redis = given === undefined ? await startRedis(redisOptions) : null;
    const command = new CommandProcess('apps/server/dist/dev/cluster.js', [], {
      ...nodeSettings,
      PORT: '0',
      ...(redis === null ? {} : { REDIS_URL: redis.serviceUrl }),
      ...environment,
    });
    try {
      const [, url = ''] = await command.until(/The cluster is ready at (\S+):/);
      await command.until(/Ctrl-C stops everything/);
      return new Cluster(command, redis, url);
    } catch (error) {
      await command[Symbol.asyncDispose]();
      await redis?.stop();
      throw error;
    }
  }

  get redis(): RedisServer {
    if (this.#redis === null) throw new Error('this cluster runs on a Redis of the test');
    return this.#redis;
  }
  get admin(): Redis {
    if (this.#admin === null) throw new Error('this cluster runs on a Redis of the test');
    return this.#admin;
  }
  get output(): string {
    return this.#command.output;
  }
  get nodes(): readonly RunningNode[] {
    return [...this.output.matchAll(/node at (\S+) \(process (\d+)\)/g)].map((match) => ({
      url: match[1] ?? '',
      pid: Number(match[2]),
    }));
  }
  get urls(): readonly string[] {
    return this.nodes.map(({ url }) => url);
  }
  node(index: number): RunningNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`no node ${index} in:\n${this.output}`);
    return node;
  }

  /** The node that owns the room, as soon as there is one. */
  ownerOf(groupId: string): Promise<RunningNode> {
    return eventually(
      async () => {
        const { body } = await httpRequest('GET', `${this.url}/v1/groups/${groupId}/owner`);
        const { url } = groupOwnerSchema.parse(body);
        const owner = this.nodes.find((node) => node.url === url);
        if (owner === undefined) throw new Error(`no process of this cluster owns ${groupId}`);
        return owner;
      },
      { timeoutMs: 60_000 },
    );
  }

  /** @param url default: the balancer. */
  async device(userId: string, url = this.url, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(url, await tokenOf(userId), options);
    this.#devices.push(device);
    return device.connected();
  }
  /** One device of a user on each of the three nodes. */
  onEachNode(userIds: readonly [string, string, string]): Promise<Device[]> {
    return Promise.all(userIds.map((userId, index) => this.device(userId, this.node(index).url)));
  }

  /** How many entries of the group Redis has. */
  async logLength(groupId: string): Promise<number> {
    const [key = ''] = await this.admin.keys(`*:log:${groupId}`);
    return this.admin.xlen(key);
  }

  killPubSub(): Promise<unknown> {
    return this.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const device of this.#devices) device.socket.disconnect();
    this.#admin?.disconnect();
    await this.#command[Symbol.asyncDispose]();
    await this.#redis?.stop();
  }
}
