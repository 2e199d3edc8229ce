/** Commands that change a group, and their outcomes. One command is one atomic step. */
import type {
  Actor,
  Failure,
  GrantedRole,
  GroupId,
  GroupType,
  MemberStatus,
  Role,
  UserId,
} from '@plenum/protocol';
import type { GroupSettings } from './records.ts';

/** Names one attempt for idempotency. Scope: (group, actor, id); only successes are remembered. */
export interface RequestKey {
  readonly id: string;
  /** Digest of the request type (alias resolved) and its canonical arguments; another digest under one id is `conflict`. */
  readonly payloadHash: string;
  /** 10 min for ids that a client chose, 15 s for ids that the server made. */
  readonly rememberMs: number;
}

interface Base {
  readonly groupId: GroupId;
  readonly actor: Actor;
  readonly request: RequestKey;
  /**
   * True: `GroupStore.admit` has admitted the command and taken its tokens, so `change` only checks the rules again.
   */
  readonly isAdmitted?: boolean;
}

export interface CreateGroup extends Base {
  readonly operation: 'create';
  /** The creator, who becomes the first admin. */
  readonly actor: UserId;
  readonly groupType: GroupType;
  readonly settings: GroupSettings;
  /** The service creates it for the creator: a reserved id does not refuse it. */
  readonly isByService?: boolean;
}
export interface JoinGroup extends Base {
  readonly operation: 'join';
  readonly userId: UserId;
  /** A member gets success with its present status instead of `already_member`; nothing is written. */
  readonly ensure: boolean;
  /** The service admits directly: the user becomes `active` whatever the group's type. */
  readonly admit: boolean;
  /** An unknown id becomes a public group with the user as its admin, in the same atomic step. */
  readonly createsPublic: boolean;
  /** For those who may accept the user; null: none. Not kept if the user becomes active at once. */
  readonly note: string | null;
  /** The invite link by which the user comes; null: none. */
  readonly linkId: string | null;
}
export interface LeaveGroup extends Base {
  readonly operation: 'leave';
  readonly userId: UserId;
}
export interface TargetCommand extends Base {
  readonly operation: 'accept' | 'reject' | 'unmute' | 'kick' | 'unban';
  readonly userId: UserId;
  readonly reason: string | null;
}
export interface MuteMember extends Base {
  readonly operation: 'mute';
  readonly userId: UserId;
  /** Null: until an unmute. */
  readonly forMs: number | null;
}
export interface BanMember extends Base {
  readonly operation: 'ban';
  /** Need not be a member. A second ban replaces the time of the first. */
  readonly userId: UserId;
  readonly reason: string | null;
  /** Null: until an unban. */
  readonly forMs: number | null;
}
export interface InviteMember extends Base {
  readonly operation: 'invite';
  /** Is no member. A second invite replaces the inviter and the time of the first. */
  readonly userId: UserId;
  /** Null: until it is revoked. */
  readonly forMs: number | null;
}
export interface EndInvite extends Base {
  readonly operation: 'decline_invite' | 'revoke_invite';
  readonly userId: UserId;
}
export interface CreateLink extends Base {
  readonly operation: 'create_link';
  /** A digest of the code, which the store never gets. */
  readonly linkId: string;
  /** Kept with the answer, so that a repeated request gets the same code. Base64url. */
  readonly nonce: string;
  /** Null: any number. */
  readonly maxUses: number | null;
  /** Null: until it is revoked. */
  readonly forMs: number | null;
}
export interface RevokeLink extends Base {
  readonly operation: 'revoke_link';
  readonly linkId: string;
}
export interface PromoteMember extends Base {
  readonly operation: 'promote';
  readonly userId: UserId;
  readonly role: GrantedRole;
}
export interface DemoteMember extends Base {
  readonly operation: 'demote';
  readonly userId: UserId;
}
/** One step: the user becomes an admin, and the actor a plain member. */
export interface TransferGroup extends Base {
  readonly operation: 'transfer';
  readonly actor: UserId;
  /** The new admin. */
  readonly userId: UserId;
}
export interface UpdateGroup extends Base {
  readonly operation: 'update';
  /** The update is refused if settings were changed after this seq. Null: it is not. */
  readonly ifSeq: number | null;
  /** An absent field keeps its value. */
  readonly changes: Partial<Omit<GroupSettings, 'ephemeral'>>;
}
export interface DeleteGroup extends Base {
  readonly operation: 'delete';
}

/** A user that the service adds. An admin is active. */
export interface MemberAddition {
  readonly userId: UserId;
  readonly status: MemberStatus;
  readonly role: Role;
}
/**
 * One part of a `change_members` request: at most 100 users, additions first (core makes parts that do one of the two). Each user is judged by itself; the
 * successes are one entry. Every part has its own dedupe record, so a repeated request continues after the parts that
 * are done.
 */
export interface ChangeMembers {
  readonly groupId: GroupId;
  /** The same in all parts of the request. */
  readonly request: RequestKey;
  /** 0 for the first part. */
  readonly part: number;
  readonly add: readonly MemberAddition[];
  readonly remove: readonly UserId[];
}

export type GroupCommand =
  | CreateGroup
  | JoinGroup
  | LeaveGroup
  | TargetCommand
  | MuteMember
  | BanMember
  | InviteMember
  | EndInvite
  | CreateLink
  | RevokeLink
  | PromoteMember
  | DemoteMember
  | TransferGroup
  | UpdateGroup
  | DeleteGroup;
export type Operation = GroupCommand['operation'];

/** A change that succeeded, with the status of its subject afterwards; `none`: it is no longer a member. */
export interface ChangeDone {
  readonly type: 'done';
  /**
   * True if nothing was written now: this is the answer of an earlier attempt, or `ensure` found the user in the
   * group.
   */
  readonly isDuplicate: boolean;
  readonly status: MemberStatus | 'none';
  readonly roles: readonly Role[];
  readonly epoch: string;
  /** Seq of the entry that records the change; of the head when `ensure` changed nothing. */
  readonly seq: number;
  readonly mutedUntilMs: number | null;
  readonly bannedUntilMs: number | null;
  readonly invitedUntilMs: number | null;
  /** Of an applicant that needs more accepts; null: none is needed. */
  readonly accepts: { readonly count: number; readonly needed: number } | null;
  /** Of a new invite link. */
  readonly link?: MadeLink;
  /** Of a join that is no entry: the user receives from this seq on, and `seq` is that of the last entry before it. */
  readonly fromSeq?: number;
  /** Of a change that has ended the group: the users whose invites have ended with it. Absent: none, or a repeated answer. */
  readonly uninvited?: readonly UserId[];
}

export interface MadeLink {
  readonly linkId: string;
  readonly nonce: string;
  /** Null: it does not end by itself. */
  readonly untilMs: number | null;
}
/** A refusal wrote nothing, except that due mutes ended. */
export interface Refused {
  readonly type: 'refused';
  readonly failure: Failure;
}
export type ChangeOutcome = ChangeDone | Refused;

/** The key of a part's dedupe record: that of the request for the first part. No request id has a line break. */
export const partRequest = ({ request, part }: Pick<ChangeMembers, 'request' | 'part'>): RequestKey =>
  part === 0 ? request : { ...request, id: `${request.id}\n${part}` };

/**
 * The place of the user at `index` of a part's additions, whose entry has this seq. Places of one entry differ, and all
 * are above the seq before: exact in a double up to 2^46.
 */
export const placeInEntry = (seq: number, index: number): number => seq - 1 + (index + 1) / 128;

/**
 * The place of a user whose join is no entry: behind the last entry, before the next one. Places differ from each other, and from
 * those of entries. @param version `membersVersion` after the join
 */
export const unlistedPlace = (lastSeq: number, version: number): number =>
  Number(`${lastSeq}.${String(version % 1_000_000).padStart(6, '0')}3`);

/** What a part of `change_members` did to one user; `status` is `none` after a removal. */
export type MemberOutcome =
  | {
      readonly type: 'done';
      readonly userId: UserId;
      readonly status: MemberStatus | 'none';
      readonly roles: readonly Role[];
      /** True: the user was added without an entry, and receives from the next one on. */
      readonly isUnlisted?: true;
    }
  | { readonly type: 'refused'; readonly userId: UserId; readonly failure: Failure };

export interface MembersChanged {
  readonly type: 'members_changed';
  /** True if nothing was written now, because an earlier attempt has done it. */
  readonly isDuplicate: boolean;
  readonly added: readonly MemberOutcome[];
  readonly removed: readonly MemberOutcome[];
  readonly epoch: string;
  /** Seq of the entry; of the head if every user was refused. */
  readonly seq: number;
}

/** The change may proceed: it is new, nothing refuses it now, and its tokens were taken. */
export interface ChangeAdmitted {
  readonly type: 'admitted';
}
export type ChangeAdmission = ChangeAdmitted | ChangeOutcome;

export const refused = (failure: Failure): Refused => ({ type: 'refused', failure });
