import type { ErrorCode, UserId } from '@plenum/protocol';

export type Authentication =
  | {
      readonly outcome: 'user';
      readonly userId: UserId /** ms since 1970; null: no `exp` claim. */;
      readonly expiresAtMs: number | null;
    }
  | { readonly outcome: 'refused'; readonly code: Extract<ErrorCode, 'unauthenticated' | 'token_expired'> };

/** Tells who a token belongs to. Identity comes from here only, never from a payload. */
export interface Authenticator {
  /** Never throws for a bad token. @throws PlenumError `unavailable` when nobody can tell now whether it is a good one. */
  authenticate(token: string): Promise<Authentication>;
}
