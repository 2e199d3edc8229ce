/** Groups that an operator makes for a check, and that end by themselves. */
import type { GroupId } from '@plenum/protocol';

/** Canary groups that exist at a time, over all nodes. */
export const canariesMax = 10;
/** So long a canary group exists, ms. */
export const canaryLifeMs = 10 * 60_000;

export type CanaryReservation =
  | { readonly type: 'reserved'; readonly endsAtMs: number }
  /** `canariesMax` exist already; the first of them ends in `freeInMs`. */
  | { readonly type: 'full'; readonly freeInMs: number };

/**
 * The canary groups of the prefix. What is due stays due until it is settled, so an owner that dies leaves it to the next one.
 * Every method throws `PlenumError` `unavailable` when the store cannot be reached.
 */
export interface Canaries {
  /** Atomic. The place is free again when the time is over or by `release`. */
  reserve(groupId: GroupId): Promise<CanaryReservation>;
  has(groupId: GroupId): Promise<boolean>;
  release(groupId: GroupId): Promise<void>;
  /** The group is due in `ms`, instead of any earlier time that was set. */
  schedule(groupId: GroupId, ms: number): Promise<void>;
  /** At most 100 groups of the partition. */
  due(partition: number): Promise<readonly GroupId[]>;
  /** The group is due no more. */
  settle(groupId: GroupId): Promise<void>;
}
