import type { Engine } from '@plenum/core';
import { type AdminToken, fullAdminToken } from '@plenum/gateway';
import type { Config } from './config.ts';
import { newSecret } from './random.ts';

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
