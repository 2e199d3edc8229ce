/**
 * Makes a client for an address. The client begins to connect at once, unless the options say `lazyConnect`. Making it
 * never throws, even when Redis is away.
 */

import {
  Cluster,
  Redis,
  type RedisOptions,
  type SentinelConnectionOptions,
  SentinelConnector,
} from 'ioredis';
import type {
  ClusterAddress,
  Endpoint,
  RedisAddress,
  SentinelAddress,
  StandaloneAddress,
} from './address.ts';
import type { ClusterClientOptions, LinkOptions } from './client-options.ts';
import { KnownServers } from './known-servers.ts';

export type RedisClient = Redis | Cluster;

type Authority = Pick<ClusterAddress, 'isTls' | 'tls' | 'credentials'>;

const sentinelAnswerMs = 1000;

/** The servers that can report the address: the Sentinels, or the servers of the Cluster. */
export const serversOf = (address: RedisAddress): KnownServers =>
  new KnownServers(
    address.type === 'cluster' ? address.seeds : address.type === 'sentinel' ? address.sentinels : [],
  );

/**
 * Makes a client for one server, or for the master behind Sentinels.
 * @param known the Sentinels; shared by all clients of the address
 */
export function createRedis(
  address: StandaloneAddress | SentinelAddress,
  options: LinkOptions,
  known = serversOf(address),
): Redis {
  return address.type === 'standalone'
    ? new Redis({ ...options, ...authorityOptions(address), ...address.endpoint, ...familyOf(address) })
    : new Redis({ ...options, ...sentinelOptions(address, options), Connector: connectorBy(known) });
}

/**
 * @param known shared by all clients of the Cluster, so an address that one client learns helps the others to reconnect
 */
export function createCluster(
  address: ClusterAddress,
  options: ClusterClientOptions,
  known = serversOf(address),
): Cluster {
  const cluster = new Cluster(known.endpoints, {
    ...options,
    // The name of a server is resolved when the client connects to it. The library would resolve all names first and
    // give up if one fails; and TLS needs the name, because certificates name hosts.
    dnsLookup: (host, callback) => callback(null, host),
    redisOptions: { ...options.redisOptions, ...authorityOptions(address) },
  });
  cluster.on('refresh', () => known.learn(serversIn(cluster)));
  return cluster;
}

/** All masters and replicas that the client knows. */
const serversIn = ({ slots }: Cluster): readonly Endpoint[] =>
  [...new Set([...new Set(slots)].flat())].map(endpointIn);

/** @param server `host:port` */
export function endpointIn(server: string): Endpoint {
  const colon = server.lastIndexOf(':');
  return { host: server.slice(0, colon), port: Number(server.slice(colon + 1)) };
}

/** Makes a client for one server of a Cluster. It follows no redirections. */
export const createLink = (address: ClusterAddress, server: Endpoint, options: LinkOptions): Redis =>
  new Redis({ ...options, ...authorityOptions(address), ...server });

const familyOf = ({ family }: StandaloneAddress) => (family === undefined ? {} : { family });

type Login = Pick<RedisOptions, 'username' | 'password' | 'tls'>;

const authorityOptions = ({ isTls, tls, credentials }: Authority): Login => ({
  ...credentials,
  ...(isTls ? { tls: tls?.options ?? {} } : {}),
});

/** The options of a connection to a Sentinel. */
export const sentinelLogin = ({ isTls, tls, sentinelCredentials }: SentinelAddress): Login =>
  authorityOptions({ isTls, tls, credentials: sentinelCredentials });

function sentinelOptions(address: SentinelAddress, { retryStrategy }: LinkOptions) {
  const { username, password, tls } = sentinelLogin(address);
  return {
    ...authorityOptions(address),
    sentinels: [...address.sentinels],
    name: address.masterName,
    sentinelCommandTimeout: sentinelAnswerMs,
    sentinelRetryStrategy: retryStrategy ?? (() => null),
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  } satisfies RedisOptions;
}

/**
 * Asks every known Sentinel on connect. The library's own connector asks only those that it was given and those of its
 * last connect. If all of these were replaced since, it would find no Sentinel.
 */
const connectorBy = (known: KnownServers): NonNullable<RedisOptions['Connector']> =>
  class extends SentinelConnector {
    /** @param options the client's options, which the library passes to every connector */
    constructor(options: unknown) {
      super(isOfClient(options) ? options : {});
    }

    override connect(emit: Parameters<SentinelConnector['connect']>[0]) {
      for (const sentinel of known.endpoints) this.sentinelIterator.add(sentinel);
      return super.connect(emit);
    }
  };

const isOfClient = (options: unknown): options is SentinelConnectionOptions =>
  typeof options === 'object' && options !== null;
