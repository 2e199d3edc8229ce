/** Reads the configuration of a node from the environment and the configuration file. Reports all problems together. */
import {
  type AdapterOptions,
  createAllowList,
  type JwksAuthenticatorOptions,
  placeProblem,
} from '@plenum/adapters';
import {
  type ClusterStrategy,
  type DeliveryKind,
  type DeliverySettings,
  defaultDeliverySettings,
  defaultEngineSettings,
  defaultMiddlewares,
  type EngineSettings,
  orderProblems,
} from '@plenum/core';
import { type AdminToken, fullAdminToken } from '@plenum/gateway';
import type { z } from 'zod';
import { type Environment, environmentSchema, type logLevels, secretNames } from './config/environment.ts';
import { type Extensions, extensionProblems, noExtensions } from './config/extensions.ts';
import { isServiceLink, serviceLinkWarnings, unknownNameWarnings } from './config/names.ts';
import {
  engineProblems,
  isDev,
  isLoopback,
  missingSecrets,
  tokenWarnings,
  workerProblems,
} from './config/requirements.ts';

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Processes behind the port, each a node; 1: this process alone. */
  readonly workers: number;
  /** Null: the memory engine. */
  readonly redisUrl: string | null;
  readonly prefix: string;
  /** Tokens may be signed with any of them; the first one signs. Null only in dev mode: then the nodes agree on one. */
  readonly jwtSecrets: readonly string[] | null;
  /** The identity provider that signs the tokens; null if `jwtSecrets` sign them. */
  readonly jwks: JwksAuthenticatorOptions | null;
  /** A token without `exp` ends this long after its `iat`; null: after 400 days, as any token. */
  readonly tokenMaxAgeMs: number | null;
  /** Null only in dev mode: then the nodes agree on one. */
  readonly adminTokens: readonly AdminToken[] | null;
  /** Absent: admin requests and `/metrics` are served on `port`. */
  readonly adminPort?: number;
  readonly service: string;
  readonly event: string;
  readonly corsOrigins: readonly string[];
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly createPolicy: 'any' | 'service';
  readonly createOnJoin: 'none' | 'public';
  readonly readMarksOfOthers: 'on' | 'off';
  readonly fanOut: 'coalesced' | 'plain';
  /** Whether the documents are served at `/docs`. */
  readonly docs: 'on' | 'off';
  readonly messageMaxBytes: number;
  /** Maximum of sockets per user on this node; 0: no limit. */
  readonly maxConnectionsPerUser: number;
  readonly maxConnectionsPerIp: number;
  /** Connects per second of each process; 0: no limit. */
  readonly connectRatePerSec: number;
  readonly connectRateBurst: number;
  /** Maximum of connections per address that have no authenticated user yet. */
  readonly maxUnauthenticatedPerIp: number;
  readonly maxUnreadBytes: number;
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[];
  readonly strategy: ClusterStrategy;
  readonly logLevel: (typeof logLevels)[number];
  readonly tracing: 'on' | 'off';
  /** True if the host is loopback, there is no secret, and NODE_ENV is not `production`. */
  readonly isDev: boolean;
  /** True: the playground is at `/`. */
  readonly hasPlayground: boolean;
  /** True: the console is at `/console` where admin tokens are taken. */
  readonly hasConsole: boolean;
  readonly engineSettings: EngineSettings;
  readonly delivery: DeliverySettings;
  /** The steps of a send by name, in order. */
  readonly middlewares: readonly string[];
  /** The adapters that variables name. */
  readonly adapterOptions: Omit<AdapterOptions, 'allowPrivate' | 'logger' | 'clock'>;
  /** The parts that only a configuration file can contain. */
  readonly extensions: Extensions;
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };

/** The environment of this process, for callers that pass it to child processes. */
export const environment: NodeJS.ProcessEnv = process.env;

/** A list only for the variables of `listNames`, whose items may contain a comma. */
type VariableText = string | readonly string[];
/** The content of a configuration file: the same variables as text, and the parts that only a file can contain. */
export interface FileReading {
  readonly variables: Readonly<Record<string, VariableText>>;
  readonly extensions: Extensions;
  readonly problems: readonly string[];
}
const noFile: FileReading = { variables: {}, extensions: noExtensions, problems: [] };

/** Merges environment and file. An empty or blank text counts as unset; the environment overrides the file. */
export function variablesOf(from: NodeJS.ProcessEnv, file: FileReading): SetVariables {
  const filled = Object.entries(from).filter(([, text]) => text !== undefined && text.trim() !== '');
  const links = filled.filter(([name, text]) => isServiceLink(name, text ?? '')).map(([name]) => name);
  const inEnvironment = filled.filter(([name]) => !links.includes(name));
  const known = Object.keys(environmentSchema.shape);
  return {
    texts: { ...file.variables, ...Object.fromEntries(inEnvironment) },
    warnings: [
      // Links to other programs' Services need no warning.
      ...serviceLinkWarnings(links.filter((name) => name.startsWith('PLENUM_') || known.includes(name))),
      ...unknownNameWarnings(
        inEnvironment.map(([name]) => name),
        known,
      ),
    ],
  };
}

interface SetVariables {
  readonly texts: Readonly<Record<string, VariableText | undefined>>;
  readonly warnings: readonly string[];
}

export interface ReadingOptions {
  /** True if another part sets the address of Redis, as `plenum dev` and `npm run cluster` do. */
  readonly isEngineGiven?: boolean;
}

/**
 * @param from default: the environment of the process. An empty variable counts as unset
 * @param file its variables are used where the environment has none
 */
export function readConfig(
  from: NodeJS.ProcessEnv = environment,
  file = noFile,
  { isEngineGiven = false }: ReadingOptions = {},
): ConfigReading {
  const { texts, warnings } = variablesOf(from, file);
  const parsed = environmentSchema.safeParse(texts);
  const problems = [
    ...file.problems,
    ...(parsed.success
      ? [
          ...missingSecrets(parsed.data, file.extensions.adminTokens.length > 0),
          ...(isEngineGiven ? [] : engineProblems(parsed.data)),
          ...workerProblems(parsed.data, isEngineGiven),
          ...partProblems(parsed.data, file.extensions),
        ]
      : variableProblems(parsed.error, texts)),
  ];
  if (!parsed.success || problems.length > 0) return { ok: false, problems, warnings };
  return {
    ok: true,
    config: configOf(parsed.data, file.extensions),
    warnings: [...warnings, ...tokenWarnings(parsed.data)],
  };
}

/** If the order is not configured, custom middlewares come after the built-in steps. */
const orderOf = ({ PLENUM_MIDDLEWARES: order }: Environment, { middleware }: Extensions) =>
  order ?? [...defaultMiddlewares, ...Object.keys(middleware)];

function partProblems(variables: Environment, extensions: Extensions): string[] {
  const byVariable = {
    archive: givenUrl(variables.PLENUM_ARCHIVE_URL) ?? undefined,
    notifier: givenUrl(variables.PLENUM_NOTIFIER_URL) ?? undefined,
    moderation: variables.PLENUM_MODERATION_URL ?? variables.PLENUM_MODERATION_WORDS,
    auth: variables.PLENUM_AUTH_URL,
  };
  return [
    ...orderProblems(orderOf(variables, extensions), Object.keys(extensions.middleware)).map(
      (problem) => `PLENUM_MIDDLEWARES: ${problem}`,
    ),
    ...extensionProblems(extensions.adapters, byVariable),
    ...jwksProblems(variables),
  ];
}

function jwksProblems(variables: Environment): string[] {
  const { PLENUM_JWKS_URL: text, PLENUM_WEBHOOK_ALLOW: allow } = variables;
  if (text === undefined || isLoopback(variables.HOST)) return [];
  const url = new URL(text);
  if (url.protocol === 'https:' || placeProblem(url, createAllowList(allow)) === null) return [];
  return [
    'PLENUM_JWKS_URL must begin with https:// where HOST is no loopback address (plain http:// only where PLENUM_WEBHOOK_ALLOW names the host or its addresses)',
  ];
}

/** @returns one sentence per variable that is not valid. It never contains the text of a secret */
export const variableProblems = (error: z.ZodError, texts: SetVariables['texts']): string[] =>
  error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    const given = secretNames.includes(name) ? '' : ` is ${JSON.stringify(texts[name]?.slice(0, 80))} but`;
    return `${name}${given} ${message}`;
  });

const givenUrl = (url: string | undefined): string | null =>
  url === undefined || url === 'none' ? null : url;

/** The adapter kinds that are set to `none`, which ends them for the whole cluster. */
const endedKindsOf = (variables: Environment): DeliveryKind[] => [
  ...(variables.PLENUM_ARCHIVE_URL === 'none' ? ['archive' as const] : []),
  ...(variables.PLENUM_NOTIFIER_URL === 'none' ? ['notifier' as const] : []),
];

function adminTokensOf(
  { PLENUM_ADMIN_TOKEN: tokens = [] }: Environment,
  extensions: Extensions,
): Config['adminTokens'] {
  const all = [...tokens.map(fullAdminToken), ...extensions.adminTokens];
  return all.length === 0 ? null : all;
}

function configOf(variables: Environment, extensions: Extensions): Config {
  return {
    host: variables.HOST,
    port: variables.PORT,
    workers: variables.PLENUM_WORKERS,
    redisUrl: variables.REDIS_URL ?? null,
    prefix: variables.PLENUM_PREFIX,
    jwtSecrets: variables.PLENUM_JWT_SECRET ?? null,
    jwks: jwksOf(variables),
    tokenMaxAgeMs: variables.PLENUM_TOKEN_MAX_AGE === 'none' ? null : variables.PLENUM_TOKEN_MAX_AGE,
    adminTokens: adminTokensOf(variables, extensions),
    ...(variables.PLENUM_ADMIN_PORT === undefined ? {} : { adminPort: variables.PLENUM_ADMIN_PORT }),
    service: variables.PLENUM_SERVICE,
    event: variables.PLENUM_EVENT,
    corsOrigins: variables.PLENUM_CORS_ORIGINS,
    transports: variables.PLENUM_TRANSPORTS,
    createPolicy: variables.PLENUM_CREATE,
    createOnJoin: variables.PLENUM_CREATE_ON_JOIN,
    readMarksOfOthers: variables.PLENUM_READ_MARKS_OF_OTHERS,
    docs: variables.PLENUM_DOCS,
    fanOut: variables.PLENUM_FANOUT,
    messageMaxBytes: variables.PLENUM_MESSAGE_MAX_BYTES,
    maxConnectionsPerUser: variables.PLENUM_MAX_CONNECTIONS_PER_USER,
    maxConnectionsPerIp: variables.PLENUM_MAX_CONNECTIONS_PER_IP,
    maxUnauthenticatedPerIp: variables.PLENUM_MAX_UNAUTHENTICATED_PER_IP,
    connectRatePerSec: variables.PLENUM_CONNECT_RATE_PER_SEC,
    connectRateBurst: variables.PLENUM_CONNECT_RATE_BURST,
    maxUnreadBytes: variables.PLENUM_MAX_UNREAD_BYTES,
    trustedProxies: variables.PLENUM_TRUST_PROXY,
    strategy: variables.PLENUM_CLUSTER_STRATEGY,
    logLevel: variables.PLENUM_LOG_LEVEL,
    tracing: variables.PLENUM_TRACING,
    isDev: isDev(variables),
    hasPlayground:
      variables.PLENUM_PLAYGROUND === undefined ? isDev(variables) : variables.PLENUM_PLAYGROUND === '1',
    hasConsole: variables.PLENUM_CONSOLE === '1',
    engineSettings: {
      ...defaultEngineSettings,
      ratePerSec: variables.PLENUM_RATE_PER_SEC,
      rateBurst: variables.PLENUM_RATE_BURST,
      membershipRatePerSec: variables.PLENUM_MEMBERSHIP_RATE_PER_SEC,
      membershipRateBurst: variables.PLENUM_MEMBERSHIP_RATE_BURST,
      changeRatePerSec: variables.PLENUM_CHANGE_RATE_PER_SEC,
      changeRateBurst: variables.PLENUM_CHANGE_RATE_BURST,
      groupsPerUserMax: variables.PLENUM_MAX_GROUPS_PER_USER,
      requestsPerUserMax: variables.PLENUM_MAX_REQUESTS_PER_USER,
      bansPerGroupMax: variables.PLENUM_MAX_BANS_PER_GROUP,
      historyMaxEntries: variables.PLENUM_HISTORY_MAX_ENTRIES,
      historyMaxAgeMs: variables.PLENUM_HISTORY_MAX_AGE,
      emptyGroupTtlMs: variables.PLENUM_EMPTY_GROUP_TTL,
      roomQueueLimit: variables.PLENUM_ROOM_QUEUE_LIMIT,
      leaseTtlMs: variables.PLENUM_LEASE_TTL_MS,
      endedDeliveryKinds: endedKindsOf(variables),
    },
    delivery: {
      ...defaultDeliverySettings,
      batchSize: variables.PLENUM_DELIVERY_BATCH_SIZE,
      tickMs: variables.PLENUM_DELIVERY_TICK_MS,
      maxRetries: variables.PLENUM_DELIVERY_MAX_RETRIES,
      retryBaseMs: variables.PLENUM_DELIVERY_RETRY_BASE_MS,
      notifierBacklogMax: variables.PLENUM_NOTIFIER_BACKLOG_MAX,
      deadLettersMax: variables.PLENUM_DEAD_LETTERS_MAX,
    },
    middlewares: orderOf(variables, extensions),
    adapterOptions: adapterOptionsOf(variables),
    extensions,
  };
}

function jwksOf(variables: Environment): Config['jwks'] {
  const {
    HOST,
    PLENUM_JWKS_URL: url,
    PLENUM_JWKS_ISSUER: issuer,
    PLENUM_JWKS_AUDIENCE: audience,
  } = variables;
  if (url === undefined) return null;
  return {
    url,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
    allowPrivate: isLoopback(HOST),
    allow: variables.PLENUM_WEBHOOK_ALLOW,
  };
}

const adapterOptionsOf = (variables: Environment): Config['adapterOptions'] => ({
  archiveUrl: givenUrl(variables.PLENUM_ARCHIVE_URL),
  keepsPreviousTexts: variables.PLENUM_ARCHIVE_PREVIOUS_TEXTS === 'keep',
  notifierUrl: givenUrl(variables.PLENUM_NOTIFIER_URL),
  moderationUrl: variables.PLENUM_MODERATION_URL ?? null,
  moderationWords: variables.PLENUM_MODERATION_WORDS ?? null,
  moderationOnFailure: variables.PLENUM_MODERATION_ON_FAILURE,
  authUrl: variables.PLENUM_AUTH_URL ?? null,
  authOnFailure: variables.PLENUM_AUTH_ON_FAILURE,
  webhookSecrets: variables.PLENUM_WEBHOOK_SECRETS,
  webhookAllow: variables.PLENUM_WEBHOOK_ALLOW,
});
