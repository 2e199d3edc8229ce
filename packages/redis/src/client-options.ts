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

/** After a failover the old master answers READONLY: connect anew, to whoever is master now. */
const isReadOnly = (error: Error) => (error.message.startsWith('READONLY') ? 1 : false);

const transport = {
  connectTimeout: 3000,
  /** Counts only while an answer is outstanding. */
  socketTimeout: 5000,
  keepAlive: 10_000,
};

/** One server, or whoever the Sentinels say is master. */
export const commandOptions = (random: Random, name: string): LinkOptions => ({
  ...transport,
  connectionName: name,
  retryStrategy: retryDelay(random),
  commandTimeout: 2000,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: true,
  reconnectOnError: isReadOnly,
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
