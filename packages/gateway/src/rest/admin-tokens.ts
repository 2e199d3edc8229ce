/** Admin tokens as a node keeps them: a SHA-256 digest, a name, and the scopes that say what the token may do. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type AdminScope, adminScopes, type Failure } from '@plenum/protocol';

/**
 * An admin token by its digest. A plain SHA-256 is enough: a token has at least 32 random bytes, so it cannot be
 * guessed, and a slow hash would only slow each request.
 */
export interface AdminToken {
  /** Shown in the audit log. */
  readonly name: string;
  /** The digest of the token's UTF-8 bytes, in hex. */
  readonly sha256: string;
  readonly scopes: readonly AdminScope[];
}

const hexOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** An admin token with all scopes. Its name is the beginning of its digest, which reveals nothing of the token. */
export function fullAdminToken(token: string): AdminToken {
  const sha256 = hexOf(token);
  return { name: `token-${sha256.slice(0, 8)}`, sha256, scopes: adminScopes };
}

/** The backend, authenticated by an admin token. */
export interface ServicePrincipal {
  readonly type: 'service';
  /** The name of the admin token. */
  readonly name: string;
  readonly scopes: readonly AdminScope[];
}

export type FindAdmin = (token: string) => ServicePrincipal | null;

/** Compares with every token, each in constant time: the duration reveals nothing about a token. */
export function findAdminAmong(tokens: readonly AdminToken[]): FindAdmin {
  const rows = tokens.map(({ sha256, name, scopes }) => ({
    digest: Buffer.from(sha256, 'hex'),
    principal: { type: 'service', name, scopes } as const,
  }));
  return (token) => {
    const digest = createHash('sha256').update(token).digest();
    const matching = rows.filter((row) => timingSafeEqual(row.digest, digest));
    return matching[0]?.principal ?? null;
  };
}

/** @returns why an admin token may not do this; null: it may, or the principal is a user */
export function scopeProblem(
  principal: ServicePrincipal | { readonly type: 'user' },
  scope: AdminScope,
): Failure | null {
  if (principal.type === 'user' || principal.scopes.includes(scope)) return null;
  const held = principal.scopes.join(', ');
  return {
    code: 'forbidden',
    error: `This needs an admin token with the scope ${scope}, and this one has ${held}`,
    details: { scope },
  };
}
