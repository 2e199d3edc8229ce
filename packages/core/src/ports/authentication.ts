/** Whose a token is, and until when tokens of a user were made worthless. */
import type { ErrorCode, UserId } from '@plenum/protocol';

export type Authentication =
  | {
      readonly type: 'user';
      readonly userId: UserId;
      /** ms since 1970, of whole seconds; null: no `iat` claim. */
      readonly issuedAtMs: number | null;
      /** ms since 1970; null: the token never ends. */
      readonly expiresAtMs: number | null;
    }
  | { readonly type: 'refused'; readonly code: Extract<ErrorCode, 'unauthenticated' | 'token_expired'> };

/**
 * No token is valid for longer than this after it was issued, whatever its `exp` says; one without `iat`, after it was shown.
 * So a revocation is kept for as long, ms, and not longer.
 */
export const tokenLifeMaxMs = 400 * 86_400_000;

/** Finds the user of a token. Identity comes from here only, never from a payload. */
export interface Authenticator {
  /** Never throws for a bad token. @throws PlenumError `unavailable` when it cannot be verified now. */
  authenticate(token: string): Promise<Authentication>;
}

/** Until when the tokens of a user were made worthless. Kept for `tokenLifeMaxMs`. */
export interface Revocations {
  /** Revokes every token issued so far. @returns the engine's time, ms since 1970; it only rises. */
  revoke(userId: UserId): Promise<number>;
  /** Ms since 1970; users who were never revoked are absent. */
  revokedAt(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>;
}

/** `iat` has whole seconds: a token of the same second as the revocation may be older than it, so it counts as revoked. */
export const isRevoked = (issuedAtMs: number | null, revokedAtMs: number | undefined): boolean =>
  revokedAtMs !== undefined && Math.floor((issuedAtMs ?? 0) / 1000) <= Math.floor(revokedAtMs / 1000);
