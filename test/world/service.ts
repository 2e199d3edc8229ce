/** A service of one node on either engine, with its REST door and tokens for its users. */
import { issueJwt } from '@plenum/adapters';
import { userIdSchema } from '@plenum/protocol';
import { freshPrefix, obtainRedisForTests } from '@plenum/testkit';
import { createPlenum, type Plenum, type PlenumOptions } from 'plenum';
import { Device, type DeviceOptions } from './device.ts';

export const jwtSecret = 'a-secret-of-the-tests-with-more-than-32-bytes';
export const adminToken = 'admin-token-of-the-tests-with-32-bytes';
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

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface RestCall {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const tokenOf = (userId: string, expiresInSec = 3600): Promise<string> =>
  issueJwt({ secret: jwtSecret, userId: userIdSchema.parse(userId), expiresInSec });

/** @param call.token default: the admin token; null: none. A text as body is sent as it stands. */
export async function httpRequest(method: string, url: string, call: RestCall = {}): Promise<HttpAnswer> {
  const token = call.token === undefined ? adminToken : call.token;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(call.body === undefined
      ? {}
      : { body: typeof call.body === 'string' ? call.body : JSON.stringify(call.body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** Of a node in dev mode, where nobody but the nodes knows the secret. */
export async function devTokenOf(url: string, userId: string): Promise<string> {
  const { body } = await httpRequest('POST', `${url}/v1/dev/token`, { body: { user_id: userId } });
  return String(body['token']);
}

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
