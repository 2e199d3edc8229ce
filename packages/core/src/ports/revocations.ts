import type { UserId } from '@plenum/protocol';

/** Until when the tokens of a user were made worthless. Stored for good: a token need not expire. */
export interface Revocations {
  /** Everything issued so far. @returns the engine's time, ms since 1970; it only rises. */
  revoke(userId: UserId): Promise<number>;
  /** Ms since 1970; users who were never revoked are absent. */
  revokedAt(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>;
}

/** Tokens tell the second in which they were issued: one of the same second as the revocation may be older, so it is revoked. */
export const isRevoked = (issuedAtMs: number | null, revokedAtMs: number | undefined): boolean =>
  revokedAtMs !== undefined && Math.floor((issuedAtMs ?? 0) / 1000) <= Math.floor(revokedAtMs / 1000);
