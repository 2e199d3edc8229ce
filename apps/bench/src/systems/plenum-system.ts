/** Starts real `plenum serve` processes, with rate limits that no load generator reaches. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { issueJwt } from '@plenum/adapters';
import { userIdSchema } from '@plenum/protocol';
import type { startRedis } from '@plenum/testkit';
import { type OwnProcess, startOwnProcess } from '../processes/child-process.ts';
import {
  type RunningSystem,
  type StartOptions,
  type SystemKind,
  startOwnSystem,
  withUrlSent,
} from './system.ts';

/** The command of apps/server: it is started as a process and never imported. */
export const plenumScript = fileURLToPath(new URL('../../../server/bin/plenum.js', import.meta.url));
const tokenLifeSec = 24 * 3600;

const unlimited: Readonly<Record<string, string>> = {
  PLENUM_RATE_PER_SEC: '1000000',
  PLENUM_RATE_BURST: '1000000',
  PLENUM_MEMBERSHIP_RATE_PER_SEC: '1000000',
  PLENUM_MEMBERSHIP_RATE_BURST: '1000000',
  PLENUM_CHANGE_RATE_PER_SEC: '1000000',
  PLENUM_CHANGE_RATE_BURST: '1000000',
  PLENUM_MAX_GROUPS_PER_USER: '0',
  PLENUM_CONNECT_RATE_PER_SEC: '0',
};

export const tokenSignedWith = (secret: string) => (userId: string) =>
  issueJwt({ secret, userId: userIdSchema.parse(userId), expiresInSec: tokenLifeSec });

export interface PlenumOptions extends StartOptions {
  readonly nodeCount: number;
  /** Overrides the variables that the bench sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** True: Redis runs with an append-only file. */
  readonly isDurable?: boolean;
  /** Absolute path of the command `plenum`. Default: that of apps/server. */
  readonly script?: string | undefined;
  /** Default: that of the test kit. */
  readonly startRedis?: typeof startRedis | undefined;
}

export function startPlenum(options: PlenumOptions): Promise<RunningSystem> {
  const secret = randomBytes(32).toString('hex');
  return startOwnSystem({
    ...options,
    dialect: 'plenum',
    isDurable: options.isDurable === true,
    token: tokenSignedWith(secret),
    adminToken: secret,
    startNode: (redisUrl) =>
      withUrlSent(startPlenumNode({ ...options, script: options.script ?? plenumScript, redisUrl, secret })),
  });
}

export interface PlenumNodeOptions extends Pick<PlenumOptions, 'environment' | 'nodeOptions'> {
  /** Absolute path of the command `plenum`, of this version or of another one. */
  readonly script: string;
  readonly redisUrl: string;
  readonly secret: string;
}

export const startPlenumNode = (options: PlenumNodeOptions): OwnProcess =>
  startOwnProcess({
    script: options.script,
    nodeOptions: options.nodeOptions ?? [],
    args: ['serve'],
    environment: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      REDIS_URL: options.redisUrl,
      PLENUM_JWT_SECRET: options.secret,
      PLENUM_ADMIN_TOKEN: options.secret,
      PLENUM_LOG_LEVEL: 'warn',
      ...unlimited,
      ...options.environment,
    },
  });

export const plenumSystem = (environment: Readonly<Record<string, string>>): SystemKind => ({
  name: 'Plenum',
  description: 'plenum serve: every message checked, numbered, stored and published',
  start: (nodeCount, options = {}) =>
    startPlenum({ ...options, nodeCount, environment: { ...environment, ...options.environment } }),
});
