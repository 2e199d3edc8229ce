import type { Engine } from '@plenum/core';
import { type AdminToken, fullAdminToken } from '@plenum/gateway';
import type { Config } from './config.ts';
import { newSecret } from './random.ts';

export interface Secrets {
  /** Each counts, the first signs. */
  readonly jwtSecrets: readonly [string, ...string[]];
  readonly adminTokens: readonly AdminToken[];
}

/** The given secrets; in dev mode, where none are given, those on which all nodes of the prefix agree. */
export async function secretsOf(
  given: Pick<Config, 'jwtSecrets' | 'adminTokens' | 'jwks'>,
  engine: Pick<Engine, 'agreeOn'>,
): Promise<Secrets> {
  const [first, ...others] = given.jwtSecrets ?? [];
  // Where an identity provider signs the tokens, no other process knows this one.
  const made = given.jwks === null ? () => engine.agreeOn('jwt-secret', newSecret()) : newSecret;
  return {
    jwtSecrets: [first ?? (await made()), ...others],
    adminTokens: given.adminTokens ?? [fullAdminToken(await engine.agreeOn('admin-token', newSecret()))],
  };
}
