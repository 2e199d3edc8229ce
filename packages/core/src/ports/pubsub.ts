/**
 * Messages between nodes by publish/subscribe: entries for feeds, and nudges for the devices of a user. Each arrives
 * at most once, or not at all.
 */
import type { GroupEvent, GroupId, MembershipPush, PushPayload, UserId } from '@plenum/protocol';
import type { LogEntry } from '../log/entry.ts';
import type { EphemeralPush } from './presence.ts';

/**
 * A join or leave that is no entry, in the group's order: behind the entry `event.seq`, as the change of members with the number
 * `version`. A joined user receives from the next entry on.
 */
export interface UnlistedChange {
  readonly event: GroupEvent;
  readonly version: number;
  /** Active and muted members after it. */
  readonly membersCount: number;
}

/** Receives the events of a transport. Called one at a time, and never from within a call to the transport. */
export interface FeedListener {
  /** An entry of an open feed. It may come late, twice, or not at all: the feed notices. */
  onEntry(groupId: GroupId, entry: LogEntry): void;
  /**
   * An entry of an open feed whose append this node has just been answered. Called after the sender's callback, never
   * for the answer to a duplicate. The feed applies it only if no earlier entry is missing, so `onEntry` is still
   * called for it, unless `takeOwnPublish` says that this is of no use.
   */
  onOwnEntry(groupId: GroupId, entry: LogEntry): void;
  /** @returns true, once for each entry, if `onOwnEntry` has applied it: the publish is dropped without decoding it */
  takeOwnPublish(groupId: GroupId, epoch: string, seq: number): boolean;
  /** A join or leave that is no entry. It may be lost: the feed notices by the version of what follows. */
  onUnlisted(groupId: GroupId, change: UnlistedChange): void;
  /** A push without a log entry, for the devices that are attached now. */
  onEphemeral(groupId: GroupId, push: EphemeralPush): void;
  /** The connection was replaced or is suspect, so entries may be lost. All heads have to be compared. */
  onAuditNeeded(): void;
}

/** Live entries of the groups that this node hosts: fast, at most once, in order while no connection breaks. */
export interface FeedTransport {
  listen(listener: FeedListener): void;
  /** Resolves when the subscription exists: everything that is published later is received. Idempotent. */
  open(groupId: GroupId): Promise<void>;
  /** Stops listening; some entries may still arrive. Idempotent. */
  close(groupId: GroupId): Promise<void>;
}

/** Asks every node that has a device of the user to look at the group. Sent after a membership change. */
export interface Nudge {
  readonly userId: UserId;
  readonly groupId: GroupId;
  readonly seq: number;
  /** Of the change. Absent: a node of an earlier version has sent the nudge. */
  readonly made?: {
    readonly epoch: string;
    /** When the sender learned of it, by the store's clock, ms. */
    readonly atMs: number;
  };
  readonly membership: MembershipPush;
}

/**
 * Asks every node to cut sockets of the user: `revoked` cuts those whose token is invalid, `disconnected` cuts all.
 */
export interface Cut {
  readonly userId: UserId;
  readonly code: 'revoked' | 'disconnected';
}

/** Reports what one device has set for its user, to the user's devices except that one. */
export type OwnNote = {
  readonly [E in 'read' | 'notifications']: {
    readonly userId: UserId;
    /** Null: the service acted for the user, not a device. */
    readonly exceptDeviceId: string | null;
    readonly event: E;
    readonly push: PushPayload<E>;
  };
}['read' | 'notifications'];

/**
 * Messages to the nodes that have devices of a user. May be lost: the sweep finds what a lost nudge would have
 * brought, and a late attach starts at `since_seq`.
 */
export interface Nudges {
  /** Never throws, never waits. Reaches this node's own listener too. */
  send(nudge: Nudge): void;
  listen(listener: (nudge: Nudge) => void): void;
  /** As `send`. If a `revoked` is lost, the periodic comparison of tokens with revocations cuts the socket. */
  cut(cut: Cut): void;
  onCut(listener: (cut: Cut) => void): void;
  /** As `send`. If it is lost, the device shows an old value until the next note, or until it calls `list_groups`. */
  note(note: OwnNote): void;
  onNote(listener: (note: OwnNote) => void): void;
  /** Resolves when nudges for the user reach this node. */
  watch(userId: UserId): Promise<void>;
  unwatch(userId: UserId): void;
}
