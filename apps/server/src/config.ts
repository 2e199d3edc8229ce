/** The environment becomes a configuration here and nowhere else; all problems are reported together. */
import { defaultEngineSettings, type EngineSettings } from '@plenum/core';
import { limits } from '@plenum/protocol';
import { z } from 'zod';
import { plannedNameProblems, unknownNameWarnings } from './config/names.ts';
import {
  duration,
  matching,
  oneOf,
  origins,
  redisUrl,
  secret,
  transports,
  wholeNumber,
} from './config/values.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const frameRoomBytes = 1024;

const environmentSchema = z.object({
  NODE_ENV: z.string().optional(),
  PORT: wholeNumber(0, 65_535).prefault('3000'),
  HOST: matching('an address or a host name', /^\S{1,255}$/).prefault('127.0.0.1'),
  REDIS_URL: redisUrl().optional(),
  PLENUM_PREFIX: matching('1 to 32 of a–z 0–9 _ -', /^[a-z0-9_-]{1,32}$/).prefault('plenum'),
  PLENUM_JWT_SECRET: secret(32).optional(),
  PLENUM_ADMIN_TOKEN: secret(1).optional(),
  PLENUM_ADMIN_PORT: wholeNumber(0, 65_535).optional(),
  PLENUM_SERVICE: matching('1 to 64 printable characters', /^[\x21-\x7e]{1,64}$/).prefault('relay'),
  PLENUM_EVENT: matching(
    '1 to 64 of A–Z a–z 0–9 _ - : . and no name that Socket.IO keeps for itself',
    /^(?!(?:connect|connect_error|disconnect|disconnecting|newListener|removeListener)$)[\w:.-]{1,64}$/,
  ).prefault('request'),
  PLENUM_CORS_ORIGINS: origins().prefault(''),
  PLENUM_TRANSPORTS: transports().prefault('websocket'),
  PLENUM_CREATE: oneOf('any', 'service').prefault('any'),
  PLENUM_CREATE_ON_JOIN: oneOf('none', 'public').prefault('none'),
  PLENUM_FANOUT: oneOf('coalesced', 'plain').prefault('coalesced'),
  // A message has to fit into one frame together with its envelope.
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
  PLENUM_HISTORY_MAX_ENTRIES: wholeNumber(1, 10_000_000).prefault(
    String(defaultEngineSettings.historyMaxEntries),
  ),
  PLENUM_HISTORY_MAX_AGE: duration().prefault('7d'),
  PLENUM_LOG_LEVEL: oneOf(...logLevels).prefault('info'),
});
type Environment = z.infer<typeof environmentSchema>;

const secretNames = ['PLENUM_JWT_SECRET', 'PLENUM_ADMIN_TOKEN', 'REDIS_URL'];
const loopbackHosts = ['127.0.0.1', '::1', 'localhost'];

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null: the memory engine. */
  readonly redisUrl: string | null;
  readonly prefix: string;
  /** Null in dev only: the nodes of one prefix then agree on one. */
  readonly jwtSecret: string | null;
  /** Null in dev only, as above. */
  readonly adminToken: string | null;
  /** Absent: the admin token and `/metrics` are served on `port`. */
  readonly adminPort?: number;
  readonly service: string;
  readonly event: string;
  readonly corsOrigins: readonly string[];
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly createPolicy: 'any' | 'service';
  readonly createOnJoin: 'none' | 'public';
  readonly fanOut: 'coalesced' | 'plain';
  readonly messageMaxBytes: number;
  readonly logLevel: (typeof logLevels)[number];
  /** Loopback host, no secret, NODE_ENV not `production`. */
  readonly isDev: boolean;
  readonly engineSettings: EngineSettings;
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };

/** The environment of this process, for those that pass it on to children. */
export const environment: NodeJS.ProcessEnv = process.env;

/** @param from defaults to the environment of the process. A variable that is empty counts as unset. */
export function readConfig(from: NodeJS.ProcessEnv = environment): ConfigReading {
  const set = Object.fromEntries(Object.entries(from).filter(([, text]) => text?.trim() !== ''));
  const names = Object.keys(set);
  const parsed = environmentSchema.safeParse(set);
  const problems = [
    ...(parsed.success ? missingSecrets(parsed.data) : parsed.error.issues.map((issue) => said(issue, set))),
    ...plannedNameProblems(names),
  ];
  const warnings = unknownNameWarnings(names, Object.keys(environmentSchema.shape));
  if (!parsed.success || problems.length > 0) return { ok: false, problems, warnings };
  return { ok: true, config: configOf(parsed.data), warnings };
}

const isDev = (variables: Environment) =>
  loopbackHosts.includes(variables.HOST) &&
  variables.PLENUM_JWT_SECRET === undefined &&
  variables.NODE_ENV !== 'production';

function missingSecrets(variables: Environment): string[] {
  if (isDev(variables)) return [];
  const why = 'must be set outside dev mode (dev mode: HOST is loopback, no secret, NODE_ENV not production)';
  return [
    ...(variables.PLENUM_JWT_SECRET === undefined ? [`PLENUM_JWT_SECRET ${why}, at least 32 bytes`] : []),
    ...(variables.PLENUM_ADMIN_TOKEN === undefined ? [`PLENUM_ADMIN_TOKEN ${why}`] : []),
  ];
}

function said(issue: z.core.$ZodIssue, from: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0]);
  const given = secretNames.includes(name) ? '' : ` is ${JSON.stringify(from[name]?.slice(0, 80))} but`;
  return `${name}${given} ${issue.message}`;
}

function configOf(variables: Environment): Config {
  return {
    host: variables.HOST,
    port: variables.PORT,
    redisUrl: variables.REDIS_URL ?? null,
    prefix: variables.PLENUM_PREFIX,
    jwtSecret: variables.PLENUM_JWT_SECRET ?? null,
    adminToken: variables.PLENUM_ADMIN_TOKEN ?? null,
    ...(variables.PLENUM_ADMIN_PORT === undefined ? {} : { adminPort: variables.PLENUM_ADMIN_PORT }),
    service: variables.PLENUM_SERVICE,
    event: variables.PLENUM_EVENT,
    corsOrigins: variables.PLENUM_CORS_ORIGINS,
    transports: variables.PLENUM_TRANSPORTS,
    createPolicy: variables.PLENUM_CREATE,
    createOnJoin: variables.PLENUM_CREATE_ON_JOIN,
    fanOut: variables.PLENUM_FANOUT,
    messageMaxBytes: variables.PLENUM_MESSAGE_MAX_BYTES,
    logLevel: variables.PLENUM_LOG_LEVEL,
    isDev: isDev(variables),
    engineSettings: {
      ...defaultEngineSettings,
      ratePerSec: variables.PLENUM_RATE_PER_SEC,
      rateBurst: variables.PLENUM_RATE_BURST,
      membershipRatePerSec: variables.PLENUM_MEMBERSHIP_RATE_PER_SEC,
      membershipRateBurst: variables.PLENUM_MEMBERSHIP_RATE_BURST,
      historyMaxEntries: variables.PLENUM_HISTORY_MAX_ENTRIES,
      historyMaxAgeMs: variables.PLENUM_HISTORY_MAX_AGE,
    },
  };
}

/** The configuration as it may be shown: secrets, and the password in a Redis URL, are left out. */
export function describeConfig(config: Config): Readonly<Record<string, unknown>> {
  const shown = (text: string | null) => (text === null ? 'made in dev mode' : '(set, not shown)');
  return {
    ...config,
    jwtSecret: shown(config.jwtSecret),
    adminToken: shown(config.adminToken),
    redisUrl: config.redisUrl === null ? 'none: memory engine' : withoutPassword(config.redisUrl),
  };
}

/** `redis://user:***@host:6379/0`; of several URLs, and of Sentinels, too. */
const withoutPassword = (url: string): string =>
  url.replace(/(:\/\/[^:/]*):[^/]*@/g, '$1:***@').replace(/(sentinel_password=)[^&]*/, '$1***');
