/** The identity of an HTTP request: the service by an admin token, or a user by a JWT. */
import type { Authenticator } from '@plenum/core';
import { limits, type Parsed, type UserId } from '@plenum/protocol';
import { type AdminToken, findAdminAmong, type ServicePrincipal } from './admin-tokens.ts';

export type Principal = ServicePrincipal | { readonly type: 'user'; readonly userId: UserId };

export type BearerCheck = (authorization: string | undefined) => Promise<Parsed<Principal>>;

export const bearerIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];

/** @param adminTokens empty on the public port if there is an admin port */
export function createBearerCheck(
  adminTokens: readonly AdminToken[],
  authenticator: Authenticator,
): BearerCheck {
  const findAdmin = findAdminAmong(adminTokens);
  return async (authorization) => {
    const token = bearerIn(authorization);
    if (token === undefined || token.length > limits.tokenMaxLength) {
      return { ok: false, failure: { code: 'unauthenticated' } };
    }
    const admin = findAdmin(token);
    if (admin !== null) return { ok: true, value: admin };
    const user = await authenticator.authenticate(token);
    return user.type === 'user'
      ? { ok: true, value: { type: 'user', userId: user.userId } }
      : { ok: false, failure: { code: user.code } };
  };
}
