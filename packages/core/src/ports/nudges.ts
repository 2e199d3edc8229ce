import type { GroupId, MembershipPush, UserId } from '@plenum/protocol';

/** "Look at this group for that user": sent after a membership change to every node that holds a device of the user. */
export interface Nudge {
  readonly userId: UserId;
  readonly groupId: GroupId;
  readonly seq: number;
  readonly membership: MembershipPush;
}

/** Best effort by design: a lost nudge is made good by the sweep, since a late attach starts at since_seq. */
export interface Nudges {
  /** Never throws, never waits. Reaches this node's own listener too. */
  send(nudge: Nudge): void;
  listen(listener: (nudge: Nudge) => void): void;
  /** Resolves when nudges for the user reach this node. */
  watch(userId: UserId): Promise<void>;
  unwatch(userId: UserId): void;
}
