/** What nodes hear by publish/subscribe: entries of the feeds they host, and nudges to the devices of a user. At most once. */
import type { GroupId, MembershipPush, PushPayload, UserId } from '@plenum/protocol';
import type { LogEntry } from '../log/entry.ts';
import type { EphemeralPush } from './presence.ts';

/** The events of a transport. Called one at a time and never from within a call to the transport. */
export interface FeedListener {
  /** An entry of an open feed. May come late, twice, or not at all: the feed notices. */
  onEntry(groupId: GroupId, entry: LogEntry): void;
  /** A push that is in no log, for the devices that are attached now. */
  onEphemeral(groupId: GroupId, push: EphemeralPush): void;
  /** The connection was replaced or is suspect, so entries may be lost. All heads have to be compared. */
  onAuditNeeded(): void;
}

/** Live entries of the groups that this node hosts: fast, at most once, in order while nothing breaks. */
export interface FeedTransport {
  listen(listener: FeedListener): void;
  /** Resolves when the subscription really exists: whatever is published afterwards is heard. Idempotent. */
  open(groupId: GroupId): Promise<void>;
  /** Stops listening; entries may still trickle in. Idempotent. */
  close(groupId: GroupId): Promise<void>;
}

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

/** "That user has read up to there": for the devices of the user, except the one that marked it. */
export interface ReadNote {
  readonly userId: UserId;
  /** Null: no device sent it, the service marked it for the user. */
  readonly exceptDeviceId: string | null;
  readonly push: PushPayload<'read'>;
}

/** Best effort by design: what a lost nudge was to bring is found by the sweep, and a late attach starts at since_seq. */
export interface Nudges {
  /** Never throws, never waits. Reaches this node's own listener too. */
  send(nudge: Nudge): void;
  listen(listener: (nudge: Nudge) => void): void;
  /** As `send`. If a `revoked` is lost, the periodic comparison of tokens with revocations finds it. */
  cut(cut: Cut): void;
  onCut(listener: (cut: Cut) => void): void;
  /** As `send`. After a lost one the device shows an old mark until the next, or until it calls `list_groups`. */
  read(note: ReadNote): void;
  onRead(listener: (note: ReadNote) => void): void;
  /** Resolves when nudges for the user reach this node. */
  watch(userId: UserId): Promise<void>;
  unwatch(userId: UserId): void;
}
