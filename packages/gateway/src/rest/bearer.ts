/** Who stands behind an HTTP request: the service by the admin token, or a user by a JWT. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authenticator } from '@plenum/core';
import { limits, type Parsed, type UserId } from '@plenum/protocol';

export type Principal = { readonly kind: 'service' } | { readonly kind: 'user'; readonly userId: UserId };

export type BearerCheck = (authorization: string | undefined) => Promise<Parsed<Principal>>;

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * The admin token is compared in constant time, whatever its length.
 * @param adminToken null where it does not count: on the public port beside an admin port.
 */
export function createBearerCheck(adminToken: string | null, authenticator: Authenticator): BearerCheck {
  const adminDigest = adminToken === null ? null : digest(adminToken);
  return async (authorization) => {
    const token = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > limits.tokenMaxLength) {
      return { ok: false, failure: { code: 'unauthenticated' } };
    }
    if (adminDigest !== null && timingSafeEqual(digest(token), adminDigest))
      return { ok: true, value: { kind: 'service' } };
    const user = await authenticator.authenticate(token);
    return user.outcome === 'user'
      ? { ok: true, value: { kind: 'user', userId: user.userId } }
      : { ok: false, failure: { code: user.code } };
  };
}
