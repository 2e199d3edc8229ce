/** Commands that change a group, and their outcomes. One command is one atomic step. */
import type { Actor, Failure, GroupId, GroupType, MemberStatus, Role, UserId } from '@plenum/protocol';
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
export interface ChangeRole extends Base {
  readonly operation: 'promote' | 'demote';
  readonly userId: UserId;
}
export interface UpdateGroup extends Base {
  readonly operation: 'update';
  /** An absent field keeps its value. */
  readonly changes: Partial<Omit<GroupSettings, 'ephemeral'>>;
}
export interface DeleteGroup extends Base {
  readonly operation: 'delete';
}

export type GroupCommand =
  | CreateGroup
  | JoinGroup
  | LeaveGroup
  | TargetCommand
  | MuteMember
  | BanMember
  | ChangeRole
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
}
/** A refusal wrote nothing, except that due mutes ended. */
export interface Refused {
  readonly type: 'refused';
  readonly failure: Failure;
}
export type ChangeOutcome = ChangeDone | Refused;

/** The change may proceed: it is new, nothing refuses it now, and its tokens were taken. */
export interface ChangeAdmitted {
  readonly type: 'admitted';
}
export type ChangeAdmission = ChangeAdmitted | ChangeOutcome;

export const refused = (failure: Failure): Refused => ({ type: 'refused', failure });
