/**
 * Options of the client library, by purpose. Scripts are idempotent by request id and carry a deadline. So it is safe
 * to send them again, and callers see fewer unknown outcomes.
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

/** Nodes that lost Redis at the same time must not reconnect at the same time. */
const retryDelay = (random: Random) => (attempt: number) =>
  Math.min(retryBaseMs * 2 ** attempt, retryCapMs) +
  (Number.parseInt(random.token().slice(0, 4), 16) % jitterMs);

/** Errors of a replica, for example of a replaced master that is still reachable. */
const isOfReplica = (error: Error): boolean => /^(READONLY|MASTERDOWN)\b/.test(error.message);

const transport = {
  connectTimeout: 3000,
  /** Applies only while an answer is outstanding. */
  socketTimeout: 5000,
  keepAlive: 10_000,
  // CLIENT SETINFO would need one more right, and Redis 7.0 does not know it.
  disableClientInfo: true,
};

const answerTimeoutMs = 5000;

/** For checks of servers. */
export const lookAtServer = {
  connectTimeout: transport.connectTimeout,
  commandTimeout: answerTimeoutMs,
  socketTimeout: answerTimeoutMs,
  disableClientInfo: true,
} satisfies LinkOptions;

/** For one check of one server: connects once, on request. */
export const lookOptions = {
  ...lookAtServer,
  lazyConnect: true,
  retryStrategy: null,
  enableOfflineQueue: false,
} satisfies LinkOptions;

/**
 * For one server, or the master behind Sentinels.
 * @param onReplica called when a server answers as only a replica does
 */
export const commandOptions = (random: Random, name: string, onReplica: () => void): LinkOptions => ({
  ...transport,
  connectionName: name,
  retryStrategy: retryDelay(random),
  commandTimeout: 2000,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: true,
  // The library must not reconnect alone: the other connections have to leave as well.
  reconnectOnError: (error) => {
    if (isOfReplica(error)) onReplica();
    return false;
  },
});

/**
 * Subscriptions are desired state. `ChannelSubscriber` makes them again after every connect, because the promises of
 * the library's own re-subscriptions have no handler.
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
 * Without automatic pipelines: in one, a command with a redirection is retried only if all of them have one.
 * Redirections last at least 6 s, so a failover or a moving slot can complete.
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
