/** What a node draws at random, and the secrets on which the nodes of a prefix agree. */

import { randomBytes, randomFillSync } from 'node:crypto';
import type { Engine, Random } from '@plenum/core';
import { type AdminToken, fullAdminToken } from '@plenum/gateway';
import type { Config } from './config.ts';

export interface Secrets {
  /** Tokens may be signed with any of them; the first one signs. */
  readonly jwtSecrets: readonly [string, ...string[]];
  readonly adminTokens: readonly AdminToken[];
}

/** @returns the configured secrets; in dev mode, if there are none, secrets on which all nodes of the prefix agree */
export async function secretsOf(
  given: Pick<Config, 'jwtSecrets' | 'adminTokens' | 'jwks'>,
  engine: Pick<Engine, 'agreeOn'>,
): Promise<Secrets> {
  const [first, ...others] = given.jwtSecrets ?? [];
  // If an identity provider signs the tokens, this secret is never used: it stays in this process.
  const made = given.jwks === null ? () => engine.agreeOn('jwt-secret', newSecret()) : newSecret;
  return {
    jwtSecrets: [first ?? (await made()), ...others],
    adminTokens: given.adminTokens ?? [fullAdminToken(await engine.agreeOn('admin-token', newSecret()))],
  };
}

const tokenBytes = 8;
/** Random bytes are read from the system for 512 tokens at once, because one call per token would be the main cost. */
const pool = Buffer.alloc(512 * tokenBytes);
let used = pool.length;

export const systemRandom: Random = {
  token: () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += tokenBytes;
    return pool.toString('hex', used - tokenBytes, used);
  },
};

/** Makes a secret of 256 bits as 64 characters, as a node does in dev mode. */
export const newSecret = (): string => randomBytes(32).toString('hex');
