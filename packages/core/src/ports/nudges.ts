import type { GroupId, MembershipPush, PushPayload, UserId } from '@plenum/protocol';

/** "Look at this group for that user": sent after a membership change to every node that holds a device of the user. */
export interface Nudge {
  readonly userId: UserId;
  readonly groupId: GroupId;
  readonly seq: number;
  readonly membership: MembershipPush;
}

/** "Cut the sockets of that user": `revoked` those whose token is invalid, `disconnected` all of them. */
export interface Cut {
  readonly userId: UserId;
  readonly code: 'revoked' | 'disconnected';
}

/** "That user has read up to there": for the devices of the user, but for the one that said so. */
export interface ReadNote {
  readonly userId: UserId;
  /** Null: a device of no node has said it. */
  readonly exceptDeviceId: string | null;
  readonly push: PushPayload<'read'>;
}

/** Best effort by design: a lost nudge is made good by the sweep, since a late attach starts at since_seq. */
export interface Nudges {
  /** Never throws, never waits. Reaches this node's own listener too. */
  send(nudge: Nudge): void;
  listen(listener: (nudge: Nudge) => void): void;
  /** As `send`. If a `revoked` is lost, the periodic comparison of tokens with revocations finds it. */
  cut(cut: Cut): void;
  onCut(listener: (cut: Cut) => void): void;
  /** As `send`. A lost one is made good by the next, or by `list_groups`. */
  read(note: ReadNote): void;
  onRead(listener: (note: ReadNote) => void): void;
  /** Resolves when nudges for the user reach this node. */
  watch(userId: UserId): Promise<void>;
  unwatch(userId: UserId): void;
}
