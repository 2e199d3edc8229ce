import type { Engine } from '@plenum/core';
import type { Config } from './config.ts';
import { newSecret } from './random.ts';

export interface Secrets {
  readonly jwtSecret: string;
  readonly adminToken: string;
}

/** The given secrets; in dev mode, where none are given, those on which all nodes of the prefix agree. */
export async function secretsOf(
  given: Pick<Config, 'jwtSecret' | 'adminToken' | 'jwks'>,
  engine: Pick<Engine, 'agreeOn'>,
): Promise<Secrets> {
  return {
    // Where an identity provider signs the tokens nobody knows ours.
    jwtSecret:
      given.jwtSecret ??
      (given.jwks === null ? await engine.agreeOn('jwt-secret', newSecret()) : newSecret()),
    adminToken: given.adminToken ?? (await engine.agreeOn('admin-token', newSecret())),
  };
}
