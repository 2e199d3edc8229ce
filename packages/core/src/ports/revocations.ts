import type { UserId } from '@plenum/protocol';

/** How long a revocation is kept, ms. A token that was issued longer ago is refused whether it was revoked or not. */
export const revocationKeptMs = 400 * 86_400_000;

/** Until when the tokens of a user were made worthless. Kept for `revocationKeptMs`. */
export interface Revocations {
  /** Everything issued so far. @returns the engine's time, ms since 1970; it only rises. */
  revoke(userId: UserId): Promise<number>;
  /** Ms since 1970; users who were never revoked are absent. */
  revokedAt(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>;
}

/** Tokens tell the second in which they were issued: one of the same second as the revocation may be older, so it is revoked. */
export const isRevoked = (issuedAtMs: number | null, revokedAtMs: number | undefined): boolean =>
  revokedAtMs !== undefined && Math.floor((issuedAtMs ?? 0) / 1000) <= Math.floor(revokedAtMs / 1000);
