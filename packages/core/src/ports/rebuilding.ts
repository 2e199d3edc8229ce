/** Fills an empty store with the groups that the archive has. Used by `plenum rebuild` only. */
import type { Actor, GroupEvent, GroupId, GroupType, MemberStatus, Role, UserId } from '@plenum/protocol';
import type { GroupSettings, Invite, InviteLink, PastEpoch } from '../groups/records.ts';

/** One life of a group, from its entry `created` on, as the archive has it. */
export interface ArchivedLife {
  /** The entry with which this life began. */
  readonly created: GroupEvent;
  /** The epochs of this life in the order of their seqs; the last one is the present one. */
  readonly epochs: readonly PastEpoch[];
  /** Seqs of this life that the archive does not have: entries that were lost, or that lie in dead letters. */
  readonly missing: number;
  /** True: the life before has no end, so its store was lost, and users have made the group anew before a rebuild. */
  readonly isMadeAnew: boolean;
}

/** A message of which a repeated request must get the first answer. */
export interface ArchivedSend {
  readonly epoch: string;
  readonly seq: number;
  readonly sender: UserId;
  readonly requestId: string;
  readonly message: string;
  readonly metadata: unknown;
  readonly replyTo: string | null;
  readonly atMs: number;
}

/** A message that is taken down at a time. */
export interface ArchivedExpiry {
  readonly messageId: string;
  readonly atMs: number;
}

/** An archive from which the groups can be rebuilt. Every method rejects with `unavailable` when it cannot be read. */
export interface ArchivedGroups {
  /** @returns ids above `after` in the order of the archive, at most `limit` */
  groupIds(after: string | null, limit: number): Promise<readonly GroupId[]>;
  /** @returns the latest life of the group; null: the archive does not have the beginning of any */
  life(groupId: GroupId): Promise<ArchivedLife | null>;
  /**
   * @returns the group events of one epoch above `afterSeq` and up to its end, ascending, at most `limit`. Rejects with `internal` for
   * an event that this version does not know
   */
  events(
    groupId: GroupId,
    { epoch, endSeq }: PastEpoch,
    page: { readonly afterSeq: number; readonly limit: number },
  ): Promise<readonly GroupEvent[]>;
  /** @returns the newest messages that were sent after `sinceMs`, as they were sent, at most `limit` */
  recentSends(
    groupId: GroupId,
    epochs: readonly PastEpoch[],
    page: { readonly sinceMs: number; readonly limit: number },
  ): Promise<readonly ArchivedSend[]>;
  /** @returns the messages of the group that expire and have not been taken down, ordered by id, at most `limit` */
  expiries(
    groupId: GroupId,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly ArchivedExpiry[]>;
}

export interface RestoredMember {
  readonly userId: UserId;
  readonly status: MemberStatus;
  readonly role: Role;
  readonly joinedAtMs: number;
  readonly sinceSeq: number;
  /** In the order of members: the seq of the entry that brought the user, or a fraction below it. */
  readonly place: number;
  /** The end of a mute or of a request. */
  readonly endsAtMs: number | null;
}

export interface RestoredBan {
  readonly userId: UserId;
  readonly bannedBy: Actor;
  readonly reason: string | null;
  readonly atMs: number;
  readonly seq: number;
  readonly untilMs: number | null;
}

export interface RestoredGroup {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly settings: GroupSettings;
  readonly creator: UserId;
  readonly createdAtMs: number;
  /** The highest seq that the archive has; the next entry gets the next one, in a new epoch. */
  readonly seq: number;
  /** The finished epochs, the newest last. */
  readonly past: readonly PastEpoch[];
  /** The seq of the last change of settings. */
  readonly changedSeq: number;
  readonly members: readonly RestoredMember[];
  readonly bans: readonly RestoredBan[];
  /** Mutes that outlast a membership, by user; null: without an end. */
  readonly keptMutes: ReadonlyMap<UserId, number | null>;
  readonly invites: ReadonlyMap<UserId, Invite>;
  readonly links: readonly InviteLink[];
  readonly notes: ReadonlyMap<UserId, string>;
  readonly accepts: ReadonlyMap<UserId, readonly Actor[]>;
}

/** A send with the digest of its request. */
export interface RestoredSend extends Pick<ArchivedSend, 'epoch' | 'seq' | 'sender' | 'atMs'> {
  readonly requestId: string;
  readonly payloadHash: string;
}

export type RebuildStart =
  | { readonly type: 'begun' }
  /** A rebuild that was stopped is continued. */
  | { readonly type: 'continued' }
  | { readonly type: 'refused'; readonly why: string };

/** A store that is being rebuilt. Nodes start on it only after `finish`. */
export interface RebuiltStore {
  /** Refuses while nodes run, and a store that has groups which no rebuild has put there. */
  begin(): Promise<RebuildStart>;
  /** True if the group is there already: an earlier attempt has finished it. */
  has(groupId: GroupId): Promise<boolean>;
  /** Writes the group under a new epoch. Until it resolves there is no group; a repeated call begins it anew. */
  restore(
    group: RestoredGroup,
    messages: { readonly sends: readonly RestoredSend[]; readonly expiries: readonly ArchivedExpiry[] },
  ): Promise<void>;
  /** Opens the store for nodes. */
  finish(): Promise<void>;
  close(): Promise<void>;
}
