/** `plenum admin-token`: makes an admin token, and the row for the configuration file of the nodes. Stores nothing. */
import { createHash } from 'node:crypto';
import { type AdminScope, adminScopeSchema, adminScopes } from '@plenum/protocol';
import { adminTokenNamePattern } from '../config/admin-tokens.ts';
import { newSecret } from '../secrets.ts';
import { refuse } from './refuse.ts';

export interface AdminTokenOptions {
  readonly name: string;
  /** Scopes that are separated by commas. */
  readonly scopes: string;
}

/** Prints the token to stdout, for a secret store, and the configuration row to stderr. @returns the exit code */
export async function adminToken({ name, scopes }: AdminTokenOptions): Promise<number> {
  if (!adminTokenNamePattern.test(name)) {
    return refuse('--name must be 1 to 64 of A–Z a–z 0–9 _ . - and not begin with token-');
  }
  const known = scopesIn(scopes);
  if (known === null)
    return refuse(`--scopes must be some of ${adminScopes.join(', ')}, with commas between them`);
  const token = newSecret();
  const sha256 = createHash('sha256').update(token).digest('hex');
  process.stdout.write(`${token}\n`);
  process.stderr.write(
    `The token is shown this once. For adminTokens in plenum.config.*:\n${JSON.stringify({ name, sha256, scopes: known })}\n`,
  );
  return 0;
}

function scopesIn(text: string): readonly AdminScope[] | null {
  const list = adminScopeSchema
    .array()
    .min(1)
    .safeParse(text.split(',').map((item) => item.trim()));
  return list.success ? [...new Set(list.data)] : null;
}
