/** Checks what a node needs before it starts: its engine, secrets outside dev mode, and what several workers exclude. */
import { BlockList, isIP } from 'node:net';
import type { Environment } from './environment.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

export const isProduction = (nodeEnv: string | undefined): boolean =>
  nodeEnv?.trim().toLowerCase() === 'production';

/** True if the host is loopback, there is no secret, and NODE_ENV is not `production`. */
export const isDev = (variables: Environment): boolean =>
  isLoopback(variables.HOST) &&
  variables.PLENUM_JWT_SECRET === undefined &&
  variables.PLENUM_JWKS_URL === undefined &&
  !isProduction(variables.NODE_ENV);

/** Requires an explicit PLENUM_ENGINE=memory in production, or if other machines reach the node: it loses all when it ends. */
export function engineProblems(variables: Environment): string[] {
  const { PLENUM_ENGINE: engine, REDIS_URL: redisUrl } = variables;
  if (engine === 'memory' && redisUrl !== undefined) {
    return ['PLENUM_ENGINE is memory but REDIS_URL is set: leave one of them out'];
  }
  if (redisUrl !== undefined || engine === 'memory') return [];
  if (engine === 'redis') return ['REDIS_URL must be set: PLENUM_ENGINE is redis'];
  if (isLoopback(variables.HOST) && !isProduction(variables.NODE_ENV)) return [];
  const where = isProduction(variables.NODE_ENV) ? 'NODE_ENV is production' : 'HOST is no loopback address';
  return [
    `REDIS_URL must be set where ${where}: a node without Redis is alone and forgets everything when it ends; if that is wanted, set PLENUM_ENGINE=memory`,
  ];
}

/** What several workers behind one port exclude. @param isEngineGiven true if another part sets the address of Redis */
export function workerProblems(variables: Environment, isEngineGiven: boolean): string[] {
  const { PLENUM_WORKERS: workers, REDIS_URL: redisUrl } = variables;
  if (workers === 1) return [];
  return [
    ...(redisUrl === undefined && !isEngineGiven
      ? [`PLENUM_WORKERS is ${workers} but REDIS_URL is not set: workers share their groups through Redis`]
      : []),
    ...(variables.PLENUM_TRANSPORTS.length > 1
      ? [
          `PLENUM_WORKERS is ${workers} but PLENUM_TRANSPORTS allows polling: the requests of a polling client would meet different workers; leave polling out, or run nodes on ports of their own behind sticky sessions`,
        ]
      : []),
    ...(variables.PLENUM_CLUSTER_STRATEGY === 'local'
      ? [
          `PLENUM_WORKERS is ${workers} but PLENUM_CLUSTER_STRATEGY is local, which allows one node: each worker is one`,
        ]
      : []),
  ];
}

const adminTokenMinBytes = 32;

/** @param hasAdminTokens true if the configuration file contains digests of admin tokens */
export function missingSecrets(variables: Environment, hasAdminTokens: boolean): string[] {
  if (isDev(variables)) return [];
  const why = 'must be set outside dev mode (dev mode: HOST is loopback, no secret, NODE_ENV not production)';
  const { PLENUM_ADMIN_TOKEN: adminTokens } = variables;
  const isShort = adminTokens?.some((token) => Buffer.byteLength(token) < adminTokenMinBytes) ?? false;
  const each = (adminTokens?.length ?? 0) > 1 ? ', each of them' : '';
  return [
    ...(variables.PLENUM_JWT_SECRET === undefined && variables.PLENUM_JWKS_URL === undefined
      ? [`PLENUM_JWT_SECRET ${why}, at least 32 bytes`]
      : []),
    ...(adminTokens === undefined && !hasAdminTokens ? [`PLENUM_ADMIN_TOKEN ${why}`] : []),
    ...(isShort
      ? [`PLENUM_ADMIN_TOKEN must be at least ${adminTokenMinBytes} bytes long outside dev mode${each}`]
      : []),
  ];
}

/** Warns of settings that are allowed but accept more tokens, or for longer, than most teams want. */
export const tokenWarnings = (variables: Environment): string[] => [
  ...(variables.PLENUM_TOKEN_MAX_AGE === 'none'
    ? ['PLENUM_TOKEN_MAX_AGE is none: a token without exp counts for 400 days']
    : []),
  ...(variables.PLENUM_JWKS_URL !== undefined && variables.PLENUM_JWKS_AUDIENCE === undefined
    ? [
        'PLENUM_JWKS_AUDIENCE is not set: a token that the provider has issued for any other application counts here too',
      ]
    : []),
];
