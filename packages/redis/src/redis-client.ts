/** Makes a client for an address. It begins to connect unless told otherwise, and never throws for a Redis that is away. */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { ClusterClientOptions, LinkOptions } from './client-options.ts';
import type { ClusterAddress, Endpoint, SentinelAddress, StandaloneAddress } from './redis-address.ts';

type Authority = Pick<ClusterAddress, 'isTls' | 'credentials'>;

const sentinelAnswerMs = 1000;

/** One server; behind Sentinels, whoever is master. */
export function createRedis(address: StandaloneAddress | SentinelAddress, options: LinkOptions): Redis {
  return address.kind === 'standalone'
    ? new Redis({ ...options, ...authorityOptions(address), ...address.endpoint, ...familyOf(address) })
    : new Redis({ ...options, ...sentinelOptions(address, options) });
}

export function createCluster(address: ClusterAddress, options: ClusterClientOptions): Cluster {
  return new Cluster([...address.seeds], {
    ...options,
    // A certificate names hosts, not the addresses that they have at the moment.
    ...(address.isTls ? { dnsLookup: (host, callback) => callback(null, host) } : {}),
    redisOptions: { ...options.redisOptions, ...authorityOptions(address) },
  });
}

/** One server of a Cluster, and no other. */
export const createLink = (address: ClusterAddress, server: Endpoint, options: LinkOptions): Redis =>
  new Redis({ ...options, ...authorityOptions(address), ...server });

const familyOf = ({ family }: StandaloneAddress) => (family === undefined ? {} : { family });

const authorityOptions = ({
  isTls,
  credentials,
}: Authority): Pick<RedisOptions, 'username' | 'password' | 'tls'> => ({
  ...credentials,
  ...(isTls ? { tls: {} } : {}),
});

function sentinelOptions(address: SentinelAddress, { retryStrategy }: LinkOptions) {
  const { username, password } = address.sentinelCredentials;
  return {
    ...authorityOptions(address),
    sentinels: [...address.sentinels],
    name: address.masterName,
    sentinelCommandTimeout: sentinelAnswerMs,
    sentinelRetryStrategy: retryStrategy ?? (() => null),
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(address.isTls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  } satisfies RedisOptions;
}
