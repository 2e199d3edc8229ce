/** Defines the environment variables: the form and the default of each. */
import { defaultDeliverySettings, defaultEngineSettings } from '@plenum/core';
import { defaultMaxUnreadBytes } from '@plenum/gateway';
import { limits } from '@plenum/protocol';
import { z } from 'zod';
import {
  clusterStrategy,
  duration,
  httpUrl,
  matching,
  names,
  noneOr,
  oneOf,
  origins,
  postgresUrl,
  proxies,
  redisUrl,
  secrets,
  transports,
  webhookAllow,
  webhookSecrets,
  wholeNumber,
  workers,
} from './values.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const frameRoomBytes = 1024;

/** All variables that this version reads. */
export const environmentSchema = z.object({
  NODE_ENV: z.string().optional(),
  PORT: wholeNumber(0, 65_535).prefault('3000'),
  HOST: matching('an address or a host name', /^\S{1,255}$/).prefault('127.0.0.1'),
  PLENUM_WORKERS: workers().prefault('1'),
  PLENUM_ENGINE: oneOf('redis', 'memory').optional(),
  REDIS_URL: redisUrl().optional(),
  PLENUM_PREFIX: matching('1 to 32 of a–z 0–9 _ -', /^[a-z0-9_-]{1,32}$/).prefault('plenum'),
  PLENUM_JWT_SECRET: secrets(32).optional(),
  PLENUM_JWKS_URL: httpUrl().optional(),
  PLENUM_JWKS_ISSUER: z.string().optional(),
  PLENUM_JWKS_AUDIENCE: z.string().optional(),
  PLENUM_TOKEN_MAX_AGE: z.union([z.literal('none'), duration()]).prefault('24h'),
  PLENUM_ADMIN_TOKEN: secrets(1).optional(),
  PLENUM_ADMIN_PORT: wholeNumber(0, 65_535).optional(),
  PLENUM_SERVICE: matching('1 to 64 printable characters', /^[\x21-\x7e]{1,64}$/).prefault('relay'),
  PLENUM_EVENT: matching(
    '1 to 64 of A–Z a–z 0–9 _ - : . and no name that Socket.IO keeps for itself',
    /^(?!(?:connect|connect_error|disconnect|disconnecting|newListener|removeListener)$)[\w:.-]{1,64}$/,
  ).prefault('request'),
  PLENUM_CORS_ORIGINS: origins().prefault(''),
  PLENUM_DOCS: oneOf('on', 'off').prefault('on'),
  PLENUM_TRANSPORTS: transports().prefault('websocket'),
  PLENUM_CREATE: oneOf('any', 'service').prefault('any'),
  PLENUM_CREATE_ON_JOIN: oneOf('none', 'public').prefault('none'),
  PLENUM_READ_MARKS_OF_OTHERS: oneOf('on', 'off').prefault('on'),
  PLENUM_FANOUT: oneOf('coalesced', 'plain').prefault('coalesced'),
  // A message must fit into one frame together with its envelope.
  PLENUM_MESSAGE_MAX_BYTES: wholeNumber(1, limits.frameMaxBytes - frameRoomBytes).prefault(
    String(limits.messageMaxBytes),
  ),
  PLENUM_RATE_PER_SEC: wholeNumber(1, 1_000_000).prefault(String(defaultEngineSettings.ratePerSec)),
  PLENUM_RATE_BURST: wholeNumber(1, 1_000_000).prefault(String(defaultEngineSettings.rateBurst)),
  PLENUM_MEMBERSHIP_RATE_PER_SEC: wholeNumber(1, 1_000_000).prefault(
    String(defaultEngineSettings.membershipRatePerSec),
  ),
  PLENUM_MEMBERSHIP_RATE_BURST: wholeNumber(1, 1_000_000).prefault(
    String(defaultEngineSettings.membershipRateBurst),
  ),
  PLENUM_CHANGE_RATE_PER_SEC: wholeNumber(1, 1_000_000).prefault(
    String(defaultEngineSettings.changeRatePerSec),
  ),
  PLENUM_CHANGE_RATE_BURST: wholeNumber(1, 1_000_000).prefault(String(defaultEngineSettings.changeRateBurst)),
  PLENUM_MAX_GROUPS_PER_USER: wholeNumber(0, 10_000_000).prefault(
    String(defaultEngineSettings.groupsPerUserMax),
  ),
  PLENUM_MAX_REQUESTS_PER_USER: wholeNumber(0, 10_000_000).prefault(
    String(defaultEngineSettings.requestsPerUserMax),
  ),
  PLENUM_MAX_BANS_PER_GROUP: wholeNumber(0, 10_000_000).prefault(
    String(defaultEngineSettings.bansPerGroupMax),
  ),
  PLENUM_MAX_CONNECTIONS_PER_USER: wholeNumber(0, 1_000_000).prefault('1000'),
  PLENUM_MAX_CONNECTIONS_PER_IP: wholeNumber(0, 1_000_000).prefault('0'),
  PLENUM_MAX_UNAUTHENTICATED_PER_IP: wholeNumber(0, 1_000_000).prefault('1000'),
  PLENUM_CONNECT_RATE_PER_SEC: wholeNumber(0, 1_000_000).prefault('1000'),
  PLENUM_CONNECT_RATE_BURST: wholeNumber(1, 1_000_000).prefault('2000'),
  PLENUM_MAX_UNREAD_BYTES: wholeNumber(8 * 1024 * 1024, 2 ** 40).prefault(String(defaultMaxUnreadBytes)),
  PLENUM_TRUST_PROXY: proxies().prefault(''),
  PLENUM_HISTORY_MAX_ENTRIES: wholeNumber(1, 10_000_000).prefault(
    String(defaultEngineSettings.historyMaxEntries),
  ),
  PLENUM_HISTORY_MAX_AGE: duration().prefault('7d'),
  PLENUM_EMPTY_GROUP_TTL: z.union([z.enum(['none', '0']).transform(() => 0), duration()]).prefault('30d'),
  PLENUM_MIDDLEWARES: names().optional(),
  PLENUM_MODERATION_URL: httpUrl().optional(),
  PLENUM_MODERATION_WORDS: z.string().optional(),
  PLENUM_MODERATION_ON_FAILURE: oneOf('closed', 'open').prefault('closed'),
  PLENUM_AUTH_URL: httpUrl().optional(),
  PLENUM_AUTH_ON_FAILURE: oneOf('closed', 'open').prefault('closed'),
  PLENUM_ARCHIVE_URL: noneOr(postgresUrl()).optional(),
  PLENUM_ARCHIVE_PREVIOUS_TEXTS: oneOf('keep', 'drop').prefault('keep'),
  PLENUM_NOTIFIER_URL: noneOr(httpUrl()).optional(),
  PLENUM_WEBHOOK_SECRETS: webhookSecrets().prefault(''),
  PLENUM_WEBHOOK_ALLOW: webhookAllow().prefault(''),
  PLENUM_ROOM_QUEUE_LIMIT: wholeNumber(1, 10_000_000).prefault(String(defaultEngineSettings.roomQueueLimit)),
  PLENUM_CLUSTER_STRATEGY: clusterStrategy().prefault('owner'),
  PLENUM_LEASE_TTL_MS: wholeNumber(300, 600_000).prefault(String(defaultEngineSettings.leaseTtlMs)),
  PLENUM_DELIVERY_BATCH_SIZE: wholeNumber(1, 1000).prefault(String(defaultDeliverySettings.batchSize)),
  PLENUM_DELIVERY_TICK_MS: wholeNumber(10, 60_000).prefault(String(defaultDeliverySettings.tickMs)),
  PLENUM_DELIVERY_MAX_RETRIES: wholeNumber(0, 100).prefault(String(defaultDeliverySettings.maxRetries)),
  PLENUM_DELIVERY_RETRY_BASE_MS: wholeNumber(1, 60_000).prefault(String(defaultDeliverySettings.retryBaseMs)),
  PLENUM_NOTIFIER_BACKLOG_MAX: wholeNumber(1, 10_000_000).prefault(
    String(defaultDeliverySettings.notifierBacklogMax),
  ),
  PLENUM_DEAD_LETTERS_MAX: wholeNumber(1, 10_000_000).prefault(
    String(defaultDeliverySettings.deadLettersMax),
  ),
  PLENUM_PLAYGROUND: oneOf('1', '0').optional(),
  PLENUM_CONSOLE: oneOf('1', '0').prefault('1'),
  PLENUM_LOG_LEVEL: oneOf(...logLevels).prefault('info'),
  PLENUM_TRACING: oneOf('off', 'on').prefault('off'),
});
export type Environment = z.infer<typeof environmentSchema>;

/** Variables whose text never appears in an error. */
export const secretNames: readonly string[] = [
  'PLENUM_JWT_SECRET',
  'PLENUM_ADMIN_TOKEN',
  'PLENUM_ARCHIVE_URL',
  'PLENUM_NOTIFIER_URL',
  'PLENUM_MODERATION_URL',
  'PLENUM_AUTH_URL',
  'PLENUM_WEBHOOK_SECRETS',
  'PLENUM_JWKS_URL',
  'REDIS_URL',
];

/** Variables for which a list in the configuration file is not joined by commas, because an item may contain a comma. */
export const listNames: readonly string[] = ['PLENUM_JWT_SECRET', 'PLENUM_ADMIN_TOKEN'];
