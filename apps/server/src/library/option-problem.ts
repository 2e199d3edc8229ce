/** Checks the options of the library. An unknown name or a wrong value is refused, never ignored. */
import { adminTokensProblem } from '../config/admin-tokens.ts';
import { environmentSchema } from '../config/environment.ts';
import { adaptersProblem, middlewareProblem, requestsProblem } from '../config/extensions.ts';
import { didYouMean } from '../config/names.ts';
import { isLoopback, isProduction } from '../config/requirements.ts';
import { gatewayProblem } from './gateway-problem.ts';
import type { PlenumOptions } from './plenum-options.ts';
import { deliverySettingJudges, engineSettingJudges, type Judge, variable } from './setting-problem.ts';

export interface OptionProblem {
  readonly field: string;
  readonly sentence: string;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const says = (isSound: boolean, field: string, expectation: string) =>
  isSound ? null : `${field} must be ${expectation}`;

const secrets =
  (name: 'PLENUM_JWT_SECRET' | 'PLENUM_ADMIN_TOKEN'): Judge =>
  (value, field) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!list.every((item) => typeof item === 'string'))
      return `${field} must be a string or a list of strings`;
    // A string is one secret, even if it contains commas.
    const [issue] = environmentSchema.shape[name].safeParse(list).error?.issues ?? [];
    return issue === undefined ? null : `${field} ${issue.message}`;
  };

const oneOf =
  (...choices: readonly string[]): Judge =>
  (value, field) => {
    if (choices.some((choice) => choice === value)) return null;
    const near = typeof value === 'string' ? didYouMean(value, choices) : '';
    return `${field} must be one of ${choices.join(', ')}${near}`;
  };

const unknownIn = (value: object, known: readonly string[], field: string): string | null => {
  const name = Object.keys(value).find((key) => !known.includes(key));
  if (name === undefined) return null;
  const near = didYouMean(name, known);
  return `${field}${name} is unknown${near === '' ? `: there are ${known.join(', ')}` : near}`;
};

/** Checks an object of settings. A setting with the value undefined gets its default. */
const settings =
  (judges: Readonly<Record<string, Judge>>): Judge =>
  (value, field) => {
    if (!isObject(value)) return `${field} must be an object`;
    const unknown = unknownIn(value, Object.keys(judges), `${field}.`);
    if (unknown !== null) return unknown;
    for (const [name, setting] of Object.entries(value)) {
      const sentence = setting === undefined ? null : (judges[name]?.(setting, `${field}.${name}`) ?? null);
      if (sentence !== null) return sentence;
    }
    return null;
  };

const hasMethods =
  (...methods: readonly string[]): Judge =>
  (value, field) => {
    const isSound =
      isObject(value) && methods.every((name) => typeof Reflect.get(value, name) === 'function');
    return says(isSound, field, `an object with ${methods.join(', ')}`);
  };

const text: Judge = (value, field) => says(Array.isArray(value), field, 'a list of names');

const judges: { readonly [Name in keyof PlenumOptions]-?: Judge } = {
  engine: (value, field) => (value === 'memory' ? null : hasMethods('health', 'close')(value, field)),
  redisUrl: variable('REDIS_URL', 'string'),
  prefix: variable('PLENUM_PREFIX', 'string'),
  mode: oneOf('node', 'client'),
  gateway: gatewayProblem,
  authenticate: (value, field) => says(typeof value === 'function', field, 'a function'),
  jwtSecret: secrets('PLENUM_JWT_SECRET'),
  tokenMaxAgeMs: (value, field) =>
    says(value === null || (typeof value === 'number' && value >= 1000), field, 'null or 1000 ms or more'),
  adminToken: secrets('PLENUM_ADMIN_TOKEN'),
  adminTokens: adminTokensProblem,
  service: variable('PLENUM_SERVICE', 'string'),
  event: variable('PLENUM_EVENT', 'string'),
  corsOrigins: variable('PLENUM_CORS_ORIGINS', 'list'),
  createPolicy: oneOf('any', 'service'),
  createOnJoin: oneOf('none', 'public'),
  readMarksOfOthers: oneOf('on', 'off'),
  docs: oneOf('on', 'off'),
  fanOut: oneOf('coalesced', 'plain'),
  messageMaxBytes: variable('PLENUM_MESSAGE_MAX_BYTES', 'number'),
  maxConnectionsPerUser: variable('PLENUM_MAX_CONNECTIONS_PER_USER', 'number'),
  maxConnectionsPerIp: variable('PLENUM_MAX_CONNECTIONS_PER_IP', 'number'),
  maxUnauthenticatedPerIp: variable('PLENUM_MAX_UNAUTHENTICATED_PER_IP', 'number'),
  connectRatePerSec: (value, field) =>
    says(typeof value === 'number' && value >= 0 && value <= 1e6, field, 'a number from 0 to 1,000,000'),
  connectRateBurst: variable('PLENUM_CONNECT_RATE_BURST', 'number'),
  maxUnreadBytes: variable('PLENUM_MAX_UNREAD_BYTES', 'number'),
  engineSettings: settings(engineSettingJudges),
  adapters: adaptersProblem,
  delivery: settings(deliverySettingJudges),
  middleware: middlewareProblem,
  middlewares: text,
  requests: requestsProblem,
  clusterStrategy: oneOf('owner', 'local'),
  logger: hasMethods('debug', 'info', 'warn', 'error'),
  clock: hasMethods('monotonicMs', 'after'),
};

/**
 * An option with the value undefined gets its default.
 * @returns the first option that is not valid, with a sentence; null if all are valid
 */
export function optionProblem(options: PlenumOptions, nodeEnv: string | undefined): OptionProblem | null {
  const unknown = unknownIn(options, Object.keys(judges), '');
  if (unknown !== null) return { field: unknown.split(' ')[0] ?? '', sentence: unknown };
  for (const [field, judge] of Object.entries(judges)) {
    const value: unknown = Reflect.get(options, field);
    const sentence = value === undefined ? null : judge(value, field);
    if (sentence !== null) return { field, sentence };
  }
  return contradiction(options) ?? shortAdminToken(options, nodeEnv) ?? missingEngine(options, nodeEnv);
}

function contradiction({
  engine,
  redisUrl,
  mode,
  gateway,
  authenticate,
  clock,
  adminToken,
  adminTokens,
}: PlenumOptions): OptionProblem | null {
  if (engine !== undefined && redisUrl !== undefined) {
    return { field: 'engine', sentence: 'engine and redisUrl are both given: keep one' };
  }
  if (clock !== undefined && engine !== 'memory') {
    return { field: 'clock', sentence: "clock is for engine: 'memory': another engine has its own time" };
  }
  if (mode === 'client' && gateway !== undefined) {
    return { field: 'gateway', sentence: 'gateway is of no use with mode client: nothing listens then' };
  }
  if (authenticate !== undefined && gateway === undefined) {
    return { field: 'authenticate', sentence: 'authenticate needs a gateway: nothing listens without one' };
  }
  const hasAdminToken = [adminToken ?? [], adminTokens ?? []].flat().length > 0;
  if (gateway !== undefined && 'console' in gateway && gateway.console === true && !hasAdminToken) {
    const sentence = 'gateway.console needs adminToken or adminTokens: nothing else opens the console';
    return { field: 'gateway.console', sentence };
  }
  return null;
}

const adminTokenMinBytes = 32;

/** Requires long admin tokens under the same conditions as a node: with `jwtSecret`, or in production. */
function shortAdminToken(options: PlenumOptions, nodeEnv: string | undefined): OptionProblem | null {
  if (options.jwtSecret === undefined && !isProduction(nodeEnv)) return null;
  const tokens = [options.adminToken ?? []].flat();
  if (tokens.every((token) => Buffer.byteLength(token) >= adminTokenMinBytes)) return null;
  const sentence = `adminToken must be at least ${adminTokenMinBytes} bytes long where jwtSecret is given or NODE_ENV is production`;
  return { field: 'adminToken', sentence };
}

/** Requires an explicit `engine: 'memory'` under the same conditions as a node does, and of a client, which no one would hear. */
function missingEngine(options: PlenumOptions, nodeEnv: string | undefined): OptionProblem | null {
  const { engine, redisUrl, gateway, mode } = options;
  if (engine !== undefined || redisUrl !== undefined) return null;
  const host = gateway !== undefined && 'host' in gateway ? gateway.host : undefined;
  const isReachable = host !== undefined && !isLoopback(host);
  const isClient = mode === 'client';
  if (!isProduction(nodeEnv) && !isReachable && !isClient) return null;
  const where = isClient
    ? 'with mode client'
    : `where ${isReachable ? 'gateway.host is no loopback address' : 'NODE_ENV is production'}`;
  const sentence = `redisUrl must be given ${where}: without Redis this process is alone and forgets everything when it ends; if that is wanted, give engine: 'memory'`;
  return { field: 'redisUrl', sentence };
}
