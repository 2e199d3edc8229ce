/** Tokens: which user a token belongs to, and which tokens of a user were revoked. */
import type { ErrorCode, UserId } from '@plenum/protocol';

export type Authentication =
  | {
      readonly type: 'user';
      readonly userId: UserId;
      /** ms since 1970, a multiple of 1000; null: no `iat` claim. */
      readonly issuedAtMs: number | null;
      /** ms since 1970; null: the token never ends. */
      readonly expiresAtMs: number | null;
    }
  | { readonly type: 'refused'; readonly code: Extract<ErrorCode, 'unauthenticated' | 'token_expired'> };

/**
 * The longest life of a token, ms: counted from `iat`, whatever `exp` says; without `iat`, from its first use. A
 * revocation is kept for the same time.
 */
export const tokenLifeMaxMs = 400 * 86_400_000;

/** Finds the user of a token. Identity comes only from here, never from a payload. */
export interface Authenticator {
  /** Never throws for a bad token. @throws PlenumError `unavailable` when the token cannot be verified now */
  authenticate(token: string): Promise<Authentication>;
}

/** The time of each user's last revocation. Kept for `tokenLifeMaxMs`. */
export interface Revocations {
  /** Revokes every token issued so far. @returns the engine's time, ms since 1970; it only rises. */
  revoke(userId: UserId): Promise<number>;
  /** Ms since 1970; users who were never revoked are absent. */
  revokedAt(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>;
}

/**
 * True if the token was issued before or in the second of the revocation: `iat` has whole seconds, so a token of the
 * same second may be older.
 */
export const isRevoked = (issuedAtMs: number | null, revokedAtMs: number | undefined): boolean =>
  revokedAtMs !== undefined && Math.floor((issuedAtMs ?? 0) / 1000) <= Math.floor(revokedAtMs / 1000);
