/** A service on a Redis of its own that the test stops, freezes or spoils, with one group in it. */
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { type LogLine, recordingLogger } from '../cluster/recording-logger.ts';
import { Service } from '../cluster/service.ts';
import type { Device } from '../devices/device.ts';
import { GroupScene } from './group-scene.ts';

/** Long enough for what is prepared while Redis is well. */
export const requestTimeoutMs = 2000;

export class RedisOutage implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly service: Service;
  readonly scene: GroupScene;
  /** Of the group's owner. */
  readonly device: Device;
  readonly logs: readonly LogLine[];

  private constructor(fields: Pick<RedisOutage, 'redis' | 'service' | 'scene' | 'device' | 'logs'>) {
    this.redis = fields.redis;
    this.service = fields.service;
    this.scene = fields.scene;
    this.device = fields.device;
    this.logs = fields.logs;
  }

  static async prepare(): Promise<RedisOutage> {
    const redis = await startRedis();
    const { logger, lines } = recordingLogger();
    const options = { redisUrl: redis.serviceUrl, engineSettings: { requestTimeoutMs }, logger };
    const service = await Service.start('redis', options);
    const scene = await new GroupScene(service).create('public');
    const device = await service.device(scene.user('owner'));
    return new RedisOutage({ redis, service, scene, device, logs: lines });
  }

  /** Resolves when the node has noticed. */
  async stopRedis(): Promise<void> {
    await this.redis.kill();
    await eventually(async () => {
      const { body } = await this.service.rest('GET', '/readyz');
      if (body['ready'] !== false) throw new Error('the node still believes in its Redis');
    });
  }

  /** Puts a value of another kind where the group's hash was. */
  async spoilGroup(): Promise<void> {
    const admin = new Redis(this.redis.url);
    const [key = ''] = await admin.keys(`*:group:${this.scene.groupId}`);
    await admin.set(key, 'no hash');
    admin.disconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.redis.resume();
    await this.service[Symbol.asyncDispose]();
    await this.redis.stop();
  }
}
