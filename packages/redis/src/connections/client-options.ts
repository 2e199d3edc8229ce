/**
 * What the client library is told for each purpose. Scripts are idempotent by request id and carry a deadline, so
 * resending them is safe and spares callers an unknown outcome.
 */
import type { Random } from '@plenum/core';
import type { ClusterOptions, CommonRedisOptions } from 'ioredis';

/** Replies in the shapes of RESP2, which the script definitions parse. */
export type LinkOptions = Omit<CommonRedisOptions, 'replyMapping'>;
export type ClusterClientOptions = Omit<ClusterOptions, 'redisOptions'> & {
  readonly redisOptions: Omit<LinkOptions, 'retryStrategy' | 'enableOfflineQueue' | 'readOnly'>;
};

const retryBaseMs = 50;
const retryCapMs = 1000;
const jitterMs = 200;

/** Nodes that lost Redis together must not come back together. */
const retryDelay = (random: Random) => (attempt: number) =>
  Math.min(retryBaseMs * 2 ** attempt, retryCapMs) +
  (Number.parseInt(random.token().slice(0, 4), 16) % jitterMs);

/** What a replica answers, such as a master that was replaced and stays reachable. */
const isOfReplica = (error: Error): boolean => /^(READONLY|MASTERDOWN)\b/.test(error.message);

const transport = {
  connectTimeout: 3000,
  /** Counts only while an answer is outstanding. */
  socketTimeout: 5000,
  keepAlive: 10_000,
  // CLIENT SETINFO would be one more right, and is unknown to Redis 7.0.
  disableClientInfo: true,
};

const answerTimeoutMs = 5000;

/** For looks at servers. */
export const lookAtServer = {
  connectTimeout: transport.connectTimeout,
  commandTimeout: answerTimeoutMs,
  socketTimeout: answerTimeoutMs,
  disableClientInfo: true,
} satisfies LinkOptions;

/** For one look at one server: it connects when it is told to, once. */
export const lookOptions = {
  ...lookAtServer,
  lazyConnect: true,
  retryStrategy: null,
  enableOfflineQueue: false,
} satisfies LinkOptions;

/**
 * One server, or the one that the Sentinels call master.
 * @param onReplica called when a server answers as only replicas do
 */
export const commandOptions = (random: Random, name: string, onReplica: () => void): LinkOptions => ({
  ...transport,
  connectionName: name,
  retryStrategy: retryDelay(random),
  commandTimeout: 2000,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: true,
  // Not by the library: the other connections have to leave as well.
  reconnectOnError: (error) => {
    if (isOfReplica(error)) onReplica();
    return false;
  },
});

/**
 * Subscriptions are desired state and belong to `ChannelSubscriber`, which makes them again after every connect: the
 * library's own re-subscriptions are promises that nobody catches.
 */
export const subscriberOptions = (random: Random): LinkOptions => ({
  ...transport,
  connectionName: 'plenum-subscriber',
  retryStrategy: retryDelay(random),
  maxRetriesPerRequest: null,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
});

/**
 * Without automatic pipelines: in one, a command that has to go elsewhere is retried only if all of them have to.
 * Redirections end with the caller's patience (at least 6 s), not before: a failover or a moving slot takes its time.
 */
export const clusterOptions = (random: Random, name: string): ClusterClientOptions => ({
  scaleReads: 'master',
  clusterRetryStrategy: retryDelay(random),
  retryDelayOnFailover: 200,
  retryDelayOnClusterDown: 200,
  retryDelayOnTryAgain: 100,
  maxRedirections: 64,
  slotsRefreshTimeout: 2000,
  slotsRefreshInterval: 30_000,
  redisOptions: { ...transport, connectionName: name, maxRetriesPerRequest: 1 },
});
