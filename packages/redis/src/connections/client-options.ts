/**
 * The options of ioredis for each purpose. A lost connection re-sends its open commands: this is safe, because scripts
 * are idempotent by request id and carry a deadline, and so callers see fewer unknown outcomes.
 */
import type { Random } from '@plenum/core';
import type { ClusterOptions, CommonRedisOptions } from 'ioredis';

/** Without `replyMapping`: the script definitions parse replies in the shapes of RESP2. */
export type LinkOptions = Omit<CommonRedisOptions, 'replyMapping'>;
export type ClusterClientOptions = Omit<ClusterOptions, 'redisOptions'> & {
  readonly redisOptions: Omit<LinkOptions, 'retryStrategy' | 'enableOfflineQueue' | 'readOnly'>;
};

const retryBaseMs = 50;
const retryCapMs = 1000;
const jitterMs = 200;

/** A random part, because nodes that lost Redis at the same time must not reconnect at the same time. */
const retryDelay = (random: Random) => (attempt: number) =>
  Math.min(retryBaseMs * 2 ** attempt, retryCapMs) +
  (Number.parseInt(random.token().slice(0, 4), 16) % jitterMs);

/** True for an error that only a replica sends, for example a replaced master that is still reachable. */
const isOfReplica = (error: Error): boolean => /^(READONLY|MASTERDOWN)\b/.test(error.message);

const transport = {
  connectTimeout: 3000,
  /** Ends a connection that is silent for this long, ms, while a command waits for its answer. */
  socketTimeout: 5000,
  keepAlive: 10_000,
  // CLIENT SETINFO would need one more right, and Redis 7.0 does not know it.
  disableClientInfo: true,
};

const answerTimeoutMs = 5000;

/** Options of the clients that check servers. */
export const lookAtServer = {
  connectTimeout: transport.connectTimeout,
  commandTimeout: answerTimeoutMs,
  socketTimeout: answerTimeoutMs,
  disableClientInfo: true,
} satisfies LinkOptions;

/** Options for one check of one server: the client connects only on request, and only once. */
export const lookOptions = {
  ...lookAtServer,
  lazyConnect: true,
  retryStrategy: null,
  enableOfflineQueue: false,
} satisfies LinkOptions;

/**
 * Options of a client for commands, to one server or to the master behind Sentinels.
 * @param onReplica called when the server answers as only a replica does
 */
export const commandOptions = (random: Random, name: string, onReplica: () => void): LinkOptions => ({
  ...transport,
  connectionName: name,
  retryStrategy: retryDelay(random),
  commandTimeout: 2000,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: true,
  // Not the library but `onReplica` reconnects, because all connections must leave this server.
  reconnectOnError: (error) => {
    if (isOfReplica(error)) onReplica();
    return false;
  },
});

/**
 * Options of a subscriber. `ChannelSubscriber` subscribes again after every connect; the library must not, because the
 * promises of its re-subscriptions have no handler.
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
 * Options of a Cluster client. Automatic pipelines are off: a pipeline retries a redirected command only if all its
 * commands are redirected. Redirections are followed for at least 6 s, so a failover or a moving slot can complete.
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
