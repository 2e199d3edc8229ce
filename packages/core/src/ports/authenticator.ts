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
 * No token counts longer than this after it was issued, whatever its `exp` says, nor one without `iat` after it was shown:
 * for so long a revocation has to be remembered.
 */
export const tokenLifeMaxMs = 400 * 86_400_000;

/** Finds the user of a token. Identity comes from here only, never from a payload. */
export interface Authenticator {
  /** Never throws for a bad token. @throws PlenumError `unavailable` when it cannot be verified now. */
  authenticate(token: string): Promise<Authentication>;
}
