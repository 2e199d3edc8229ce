/**
 * A gateway on a free port in front of a fake domain, and clients for it. Everything is stopped at the end of the
 * scope.
 */
import { type FanOut, numberedTags, type Operations, type Random, systemClock } from '@plenum/core';
import type { Answer } from '@plenum/protocol';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import {
  createFanOut,
  createGateway,
  type FanOutMode,
  fullAdminToken,
  type Gateway,
  type GatewayConfig,
  type GatewayOptions,
} from '../src/index.ts';
import {
  type Call,
  FakeHub,
  FakeRevocations,
  fakeAuthenticator,
  fakeCluster,
  fakeOperations,
  type LogLine,
  recordingLogger,
} from './fake-domain.ts';

const adminToken = 'the admin token';

const defaultConfig: GatewayConfig = {
  host: '127.0.0.1',
  port: 0,
  service: 'relay',
  event: 'request',
  corsOrigins: ['https://app.example'],
  isDev: false,
  transports: ['websocket'],
  adminTokens: [fullAdminToken(adminToken)],
  messageMaxBytes: 100,
  createPolicy: 'any',
};

/** Options for a gateway that a test creates itself, for example on the caller's servers. */
export const fakeOptions = (): GatewayOptions => ({
  operations: fakeOperations([]),
  cluster: fakeCluster(),
  hub: new FakeHub(),
  revocations: new FakeRevocations(),
  cuts: new FakeRevocations(),
  authenticator: fakeAuthenticator,
  readings: { hostedFeeds: () => 0, attachedDevices: () => 0 },
  engineHealth: async () => ({ isReady: true, shardsAway: 0, durability: 'D0' }),
  roomChannels: null,
  rooms: numberedTags,
  logger: recordingLogger([]),
  clock: systemClock,
  random: { token: () => '0' },
  config: defaultConfig,
});

export interface EdgeOverrides extends Partial<Omit<GatewayOptions, 'config' | 'operations'>> {
  readonly operations?: Partial<Operations>;
  readonly config?: Partial<GatewayConfig>;
  /** The mode of `fanOut`. */
  readonly mode?: FanOutMode;
}

type ClientOptions = Partial<ManagerOptions & SocketOptions>;

export class Edge implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly url: string;
  readonly adminUrl: string | null;
  readonly calls: Call[];
  readonly hub: FakeHub;
  readonly revocations: FakeRevocations;
  readonly logs: LogLine[];
  readonly audited: object[];
  readonly fanOut: FanOut;
  readonly #clients: Socket[] = [];

  constructor(
    parts: Pick<
      Edge,
      'gateway' | 'url' | 'adminUrl' | 'calls' | 'hub' | 'revocations' | 'logs' | 'audited' | 'fanOut'
    >,
  ) {
    this.gateway = parts.gateway;
    this.url = parts.url;
    this.adminUrl = parts.adminUrl;
    this.calls = parts.calls;
    this.hub = parts.hub;
    this.revocations = parts.revocations;
    this.logs = parts.logs;
    this.audited = parts.audited;
    this.fanOut = parts.fanOut;
  }

  /** A client that has not connected yet. */
  client(options: ClientOptions = {}): Socket {
    const client = io(this.url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  async connected(userId: string, options: ClientOptions = {}): Promise<Socket> {
    const client = this.client({ auth: { token: `user:${userId}` }, ...options });
    await new Promise<void>((resolve, reject) => {
      client.once('connect', resolve).once('connect_error', reject);
      client.once('disconnect', () => reject(new Error('the connection was closed')));
      client.connect();
    });
    return client;
  }

  /** The failure by which a client is refused that reads refusals. */
  refusal(options: ClientOptions): Promise<Error & { data?: unknown }> {
    const client = this.client({ query: { refusals: 'connect_error' }, ...options });
    return new Promise((resolve, reject) => {
      client.once('connect', () => reject(new Error('the client was let in')));
      client.once('connect_error', resolve);
      client.connect();
    });
  }

  fetch(path: string, init: RequestInit & { readonly token?: string; readonly json?: unknown } = {}) {
    const { token = adminToken, json, ...rest } = init;
    return fetch(this.url + path, {
      ...rest,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...Object.fromEntries(new Headers(rest.headers)),
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.gateway.close();
  }
}

function countingRandom(): Random {
  let made = 0;
  return {
    token: () => {
      made += 1;
      return String(made).padStart(16, '0');
    },
  };
}

export async function startEdge({
  operations,
  config,
  mode = 'coalesced',
  ...overrides
}: EdgeOverrides = {}): Promise<Edge> {
  const calls: Call[] = [];
  const logs: LogLine[] = [];
  const audited: object[] = [];
  const hub = new FakeHub();
  const revocations = new FakeRevocations();
  const logger = recordingLogger(logs);
  const random = countingRandom();
  const gateway = await createGateway({
    readings: { hostedFeeds: () => 0, attachedDevices: () => 0 },
    operations: fakeOperations(calls, operations),
    cluster: fakeCluster(),
    hub,
    revocations,
    cuts: revocations,
    authenticator: fakeAuthenticator,
    engineHealth: async () => ({ isReady: true, shardsAway: 0, durability: 'D1' }),
    roomChannels: null,
    rooms: numberedTags,
    logger,
    auditLog: { info: (fields) => void audited.push(fields) },
    clock: systemClock,
    random,
    signCanaryToken: async (userId) => `user:${userId}`,
    config: { ...defaultConfig, ...config },
    ...overrides,
  });
  const { url, adminUrl } = await gateway.listen().catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
  const { namespace = '/' } = overrides;
  const fanOut = createFanOut({ logger, clock: systemClock, mode, namespace });
  return new Edge({ gateway, url, adminUrl, calls, hub, revocations, logs, audited, fanOut });
}

export const ask = (client: Socket, ...envelope: unknown[]): Promise<Answer<unknown>> =>
  client.timeout(5000).emitWithAck('request', ...envelope);

/** The next thing a client gets under the event. */
export const next = (
  source: { once(event: string, listener: (first: unknown) => void): unknown },
  event: string,
): Promise<unknown> => new Promise((resolve) => source.once(event, resolve));
