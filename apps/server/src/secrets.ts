import type { Engine } from '@plenum/core';
import { newSecret } from './random.ts';

export interface Secrets {
  readonly jwtSecret: string;
  readonly adminToken: string;
}

/** The given secrets; in dev mode, where none are given, those on which all nodes of the prefix agree. */
export async function secretsOf(
  given: { readonly jwtSecret: string | null; readonly adminToken: string | null },
  engine: Pick<Engine, 'agreeOn'>,
): Promise<Secrets> {
  return {
    jwtSecret: given.jwtSecret ?? (await engine.agreeOn('jwt-secret', newSecret())),
    adminToken: given.adminToken ?? (await engine.agreeOn('admin-token', newSecret())),
  };
}
