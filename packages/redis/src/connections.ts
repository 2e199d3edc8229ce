/**
 * The connections of one node: scripts and publishes on the command connection, long reads on their own (an answer of an
 * autopipelined command waits for its whole batch), pub/sub on the subscriber connection.
 */
import { once } from 'node:events';
import type { Clock, Logger, Random } from '@plenum/core';
import { type CommonRedisOptions, Redis } from 'ioredis';
import type { RedisAddress } from './redis-address.ts';
import { scriptOptions } from './scripts/index.ts';
import { within } from './within.ts';

/** A `client` only sends commands; a `node` also listens. */
export type RedisRole = 'node' | 'client';

export interface Connections {
  readonly command: Redis;
  /** The command connection itself for a client. */
  readonly reads: Redis;
  /** Null for a client. */
  readonly subscriber: Redis | null;
  /** Resolves when all are up. @throws Error with one sentence when that takes too long. */
  ready(): Promise<void>;
  /** Resolves when no socket is left. Commands in flight are rejected. Idempotent. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly address: RedisAddress;
  readonly role: RedisRole;
  readonly random: Random;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Replies in the shapes of RESP2, which the script definitions parse. */
type PlainOptions = Omit<CommonRedisOptions, 'replyMapping'>;

const readyTimeoutMs = 10_000;
const retryBaseMs = 50;
const retryCapMs = 1000;
const jitterMs = 200;

/** Nodes that lost Redis together must not come back together. */
const retryDelay = (random: Random) => (attempt: number) =>
  Math.min(retryBaseMs * 2 ** attempt, retryCapMs) +
  (Number.parseInt(random.token().slice(0, 4), 16) % jitterMs);

/** After a failover the old master answers READONLY: connect anew, to whoever is master now. */
const isReadOnly = (error: Error) => (error.message.startsWith('READONLY') ? 1 : false);

const shared = (options: ConnectionOptions): PlainOptions => ({
  connectTimeout: 3000,
  /** Counts only while an answer is outstanding. */
  socketTimeout: 5000,
  keepAlive: 10_000,
  retryStrategy: retryDelay(options.random),
});

/**
 * A resent script can run twice: scripts are idempotent by request id and carry a deadline, so resending is safe and
 * spares callers an unknown outcome.
 */
const commandOptions = (options: ConnectionOptions, name: string): PlainOptions => ({
  ...shared(options),
  connectionName: name,
  scripts: scriptOptions,
  commandTimeout: 2000,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: true,
  reconnectOnError: isReadOnly,
});

/**
 * Subscriptions are desired state and belong to `ChannelSubscriber`, which makes them again after every connect: the
 * library's own re-subscriptions are promises that nobody catches.
 */
const subscriberOptions = (options: ConnectionOptions): PlainOptions => ({
  ...shared(options),
  connectionName: 'plenum-subscriber',
  maxRetriesPerRequest: null,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
});

function open(options: ConnectionOptions, redisOptions: PlainOptions): Redis {
  const redis = new Redis(options.address.url, redisOptions);
  const fields = { redis: options.address.name, connection: redisOptions.connectionName };
  let lastMessage = '';
  redis.on('error', (error: Error) => {
    // One line per cause, not one per attempt.
    if (error.message === lastMessage) return;
    lastMessage = error.message;
    options.logger.warn({ ...fields, reason: error.message }, 'Redis connection failed; trying again');
  });
  redis.on('ready', () => {
    lastMessage = '';
    options.logger.debug(fields, 'Redis connection is up');
  });
  return redis;
}

const ready = (redis: Redis): Promise<void> =>
  redis.status === 'ready' ? Promise.resolve() : new Promise((resolve) => redis.once('ready', resolve));

async function allReady(all: readonly Redis[], { address, clock }: ConnectionOptions): Promise<void> {
  try {
    await within(clock, readyTimeoutMs, Promise.all(all.map(ready)));
  } catch (cause) {
    throw new Error(`Redis at ${address.name} answered once and then went away.`, { cause });
  }
}

async function end(redis: Redis): Promise<void> {
  const isBetweenAttempts = redis.status === 'reconnecting';
  if (redis.status === 'end') return;
  const ended = once(redis, 'end');
  // `once` rejects on an error event; what is being closed may fail as it likes.
  ended.catch(() => undefined);
  redis.disconnect();
  // Between two attempts there is no socket whose end could be told.
  if (isBetweenAttempts) return;
  await ended.catch(() => undefined);
}

/** Begins to connect; never throws for a Redis that is away. */
export function openConnections(options: ConnectionOptions): Connections {
  const command = open(options, {
    ...commandOptions(options, 'plenum-command'),
    enableAutoPipelining: true,
  });
  const isNode = options.role === 'node';
  const reads = isNode ? open(options, commandOptions(options, 'plenum-reads')) : command;
  const subscriber = isNode ? open(options, subscriberOptions(options)) : null;
  const all = subscriber === null ? [command] : [command, reads, subscriber];
  let closing: Promise<void> | undefined;
  return {
    command,
    reads,
    subscriber,
    ready: () => allReady(all, options),
    close: () => {
      closing ??= Promise.all(all.map(end)).then(() => undefined);
      return closing;
    },
  };
}
