/** A service of one node on either engine, with its REST door and tokens for its users. */
import { freshPrefix, obtainRedisForTests } from '@plenum/testkit';
import { createPlenum, type Plenum, type PlenumOptions } from 'plenum';
import { Device, type DeviceOptions } from '../devices/device.ts';
import { adminToken, type HttpAnswer, httpRequest, jwtSecret, type RestCall, tokenOf } from '../wire/http.ts';

/** Of nodes: their secrets, and rates for loads that are faster than what a person may type. */
export const nodeSettings = {
  PLENUM_RATE_PER_SEC: '100000',
  PLENUM_RATE_BURST: '100000',
  PLENUM_MEMBERSHIP_RATE_PER_SEC: '100000',
  PLENUM_MEMBERSHIP_RATE_BURST: '100000',
  PLENUM_CHANGE_RATE_PER_SEC: '100000',
  PLENUM_CHANGE_RATE_BURST: '100000',
  PLENUM_MAX_GROUPS_PER_USER: '0',
  PLENUM_JWT_SECRET: jwtSecret,
  PLENUM_ADMIN_TOKEN: adminToken,
};

/** Both engines; every flow that does not need several nodes runs on each. */
export const engines = ['memory', 'redis'] as const;
export type EngineName = (typeof engines)[number];

export class Service implements AsyncDisposable {
  readonly plenum: Plenum;
  readonly url: string;
  readonly #devices: Device[] = [];
  readonly #release: () => Promise<void>;

  private constructor(plenum: Plenum, release: () => Promise<void>) {
    this.plenum = plenum;
    this.url = plenum.url ?? '';
    this.#release = release;
  }

  /** @param options `redisUrl`: of a Redis that the test may break; the service gets one otherwise. */
  static async start(engine: EngineName, options: PlenumOptions = {}): Promise<Service> {
    const isGiven = options.redisUrl !== undefined;
    const redis = engine === 'redis' && !isGiven ? await obtainRedisForTests() : null;
    const plenum = await createPlenum({
      gateway: { port: 0 },
      jwtSecret,
      adminToken,
      prefix: freshPrefix(),
      ...(redis === null ? {} : { redisUrl: redis.url }),
      ...options,
    });
    return new Service(plenum, async () => redis?.dispose());
  }

  /** A connected device of the user. */
  async device(userId: string, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(this.url, await tokenOf(userId), options);
    this.#devices.push(device);
    return device.connected();
  }

  /** As {@link httpRequest}, at this service. */
  rest(method: string, path: string, call: RestCall = {}): Promise<HttpAnswer> {
    return httpRequest(method, `${this.url}${path}`, call);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const device of this.#devices) device.socket.disconnect();
    await this.plenum.close();
    await this.#release();
  }
}
