/** Builds commands and drafts: a test gives the fields that it needs, and the others get defaults. */
import { createHash } from 'node:crypto';
import {
  type BanMember,
  type ChangeMembers,
  type CreateGroup,
  type CreateLink,
  type DeleteGroup,
  type DemoteMember,
  defaultGroupSettings,
  type EndInvite,
  type GroupCommand,
  type GroupSettings,
  type InviteMember,
  type JoinGroup,
  type LeaveGroup,
  type MemberAddition,
  type MessageDraft,
  type MessageExtras,
  type MuteMember,
  type PromoteMember,
  type RequestKey,
  type RevokeLink,
  type TargetCommand,
  type TransferGroup,
  type UpdateGroup,
} from '@plenum/core';
import {
  type Actor,
  type GrantedRole,
  type GroupType,
  groupIdSchema,
  SERVICE,
  userIdSchema,
} from '@plenum/protocol';

/** A request with a request id: a change, a part of `change_members`, or a message. */
export type Attempt = GroupCommand | ChangeMembers | MessageDraft;

let made = 0;

/** The fields of every builder. Ids are plain text; they are parsed as at the edge. */
export interface Request {
  readonly groupId: string;
  /** Default: a new id, so that no request is a retry by accident. */
  readonly requestId?: string;
  /** Default: the same for equal commands. */
  readonly payloadHash?: string;
  readonly rememberMs?: number;
}
interface ByUser extends Request {
  readonly userId: string;
  /** Default: the user. */
  readonly actor?: string;
}
interface OnTarget extends Request {
  readonly actor: string;
  readonly userId: string;
  readonly reason?: string;
}

export const actorOf = (text: string): Actor => (text === SERVICE ? SERVICE : userIdSchema.parse(text));

export function keyOf(request: Request, payload: readonly unknown[]): RequestKey {
  made += 1;
  return {
    id: request.requestId ?? `request-${made}`,
    payloadHash: request.payloadHash ?? createHash('sha256').update(JSON.stringify(payload)).digest('hex'),
    rememberMs: request.rememberMs ?? 600_000,
  };
}

export const groupSettings = (settings: Partial<GroupSettings> = {}): GroupSettings => ({
  ...defaultGroupSettings,
  ...settings,
});

export const createCommand = (
  given: Request & {
    readonly actor: string;
    readonly groupType?: GroupType;
    readonly isByService?: boolean;
  } & Partial<GroupSettings>,
): CreateGroup => {
  const {
    groupId,
    requestId,
    payloadHash,
    rememberMs,
    actor,
    groupType = 'public',
    isByService = false,
    ...settings
  } = given;
  return {
    operation: 'create',
    groupId: groupIdSchema.parse(groupId),
    actor: userIdSchema.parse(actor),
    request: keyOf(given, ['create', groupId, groupType, settings]),
    groupType,
    isByService,
    settings: groupSettings(settings),
  };
};

export const joinCommand = (
  given: ByUser & {
    readonly ensure?: boolean;
    readonly admit?: boolean;
    readonly createsPublic?: boolean;
    readonly note?: string;
    readonly linkId?: string;
  },
): JoinGroup => ({
  operation: 'join',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor ?? given.userId),
  request: keyOf(given, [
    'join',
    given.groupId,
    given.userId,
    given.ensure,
    given.admit,
    given.note,
    given.linkId,
  ]),
  userId: userIdSchema.parse(given.userId),
  ensure: given.ensure ?? false,
  admit: given.admit ?? false,
  createsPublic: given.createsPublic ?? false,
  note: given.note ?? null,
  linkId: given.linkId ?? null,
});

export const leaveCommand = (given: ByUser): LeaveGroup => ({
  operation: 'leave',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor ?? given.userId),
  request: keyOf(given, ['leave', given.groupId, given.userId]),
  userId: userIdSchema.parse(given.userId),
});

const targetCommand =
  (operation: TargetCommand['operation']) =>
  (given: OnTarget): TargetCommand => ({
    operation,
    groupId: groupIdSchema.parse(given.groupId),
    actor: actorOf(given.actor),
    request: keyOf(given, [operation, given.groupId, given.userId, given.reason]),
    userId: userIdSchema.parse(given.userId),
    reason: given.reason ?? null,
  });

export const acceptCommand = targetCommand('accept');
export const rejectCommand = targetCommand('reject');
export const unmuteCommand = targetCommand('unmute');
export const kickCommand = targetCommand('kick');
export const unbanCommand = targetCommand('unban');

export const muteCommand = (given: Omit<OnTarget, 'reason'> & { readonly forMs?: number }): MuteMember => ({
  operation: 'mute',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['mute', given.groupId, given.userId, given.forMs]),
  userId: userIdSchema.parse(given.userId),
  forMs: given.forMs ?? null,
});

export const banCommand = (given: OnTarget & { readonly forMs?: number }): BanMember => ({
  operation: 'ban',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['ban', given.groupId, given.userId, given.reason, given.forMs]),
  userId: userIdSchema.parse(given.userId),
  reason: given.reason ?? null,
  forMs: given.forMs ?? null,
});

export const inviteCommand = (
  given: Omit<OnTarget, 'reason'> & { readonly forMs?: number },
): InviteMember => ({
  operation: 'invite',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['invite', given.groupId, given.userId, given.forMs]),
  userId: userIdSchema.parse(given.userId),
  forMs: given.forMs ?? null,
});

const endInvite =
  (operation: EndInvite['operation']) =>
  (given: ByUser): EndInvite => ({
    operation,
    groupId: groupIdSchema.parse(given.groupId),
    actor: actorOf(given.actor ?? given.userId),
    request: keyOf(given, [operation, given.groupId, given.userId]),
    userId: userIdSchema.parse(given.userId),
  });

export const declineInviteCommand = endInvite('decline_invite');
export const revokeInviteCommand = endInvite('revoke_invite');

export const createLinkCommand = (
  given: Request & {
    readonly actor: string;
    readonly linkId: string;
    readonly nonce?: string;
    readonly maxUses?: number;
    readonly forMs?: number;
  },
): CreateLink => ({
  operation: 'create_link',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['create_link', given.groupId, given.maxUses, given.forMs]),
  linkId: given.linkId,
  nonce: given.nonce ?? 'nonce',
  maxUses: given.maxUses ?? null,
  forMs: given.forMs ?? null,
});

export const revokeLinkCommand = (
  given: Request & { readonly actor: string; readonly linkId: string },
): RevokeLink => ({
  operation: 'revoke_link',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['revoke_link', given.groupId, given.linkId]),
  linkId: given.linkId,
});

export const promoteCommand = (
  given: Omit<OnTarget, 'reason'> & { readonly role?: GrantedRole },
): PromoteMember => ({
  operation: 'promote',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['promote', given.groupId, given.userId, given.role]),
  userId: userIdSchema.parse(given.userId),
  role: given.role ?? 'admin',
});

export const demoteCommand = (given: Omit<OnTarget, 'reason'>): DemoteMember => ({
  operation: 'demote',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['demote', given.groupId, given.userId]),
  userId: userIdSchema.parse(given.userId),
});

export const transferCommand = (given: Omit<OnTarget, 'reason'>): TransferGroup => ({
  operation: 'transfer',
  groupId: groupIdSchema.parse(given.groupId),
  actor: userIdSchema.parse(given.actor),
  request: keyOf(given, ['transfer', given.groupId, given.userId]),
  userId: userIdSchema.parse(given.userId),
});

export const updateCommand = (
  given: Request & { readonly actor: string; readonly ifSeq?: number } & UpdateGroup['changes'],
): UpdateGroup => {
  const { groupId, requestId, payloadHash, rememberMs, actor, ifSeq, ...changes } = given;
  return {
    operation: 'update',
    ifSeq: ifSeq ?? null,
    groupId: groupIdSchema.parse(groupId),
    actor: actorOf(actor),
    request: keyOf(given, ['update', groupId, changes, ifSeq]),
    changes,
  };
};

export const deleteCommand = (given: Request & { readonly actor: string }): DeleteGroup => ({
  operation: 'delete',
  groupId: groupIdSchema.parse(given.groupId),
  actor: actorOf(given.actor),
  request: keyOf(given, ['delete', given.groupId]),
});

/** @param given `add`: a user, or one with a status or a role other than active and member */
export const membersCommand = (
  given: Request & {
    readonly add?: readonly (
      | string
      | (Partial<Omit<MemberAddition, 'userId'>> & { readonly userId: string })
    )[];
    readonly remove?: readonly string[];
    readonly part?: number;
  },
): ChangeMembers => {
  const { groupId, add = [], remove = [], part = 0 } = given;
  const additions = add.map((one): MemberAddition => {
    const { userId, status = 'active', role = 'member' } = typeof one === 'string' ? { userId: one } : one;
    return { userId: userIdSchema.parse(userId), status, role };
  });
  return {
    groupId: groupIdSchema.parse(groupId),
    request: keyOf(given, ['change_members', groupId, add, remove]),
    part,
    add: additions,
    remove: remove.map((userId) => userIdSchema.parse(userId)),
  };
};

export const messageDraft = (
  given: Request & {
    readonly sender: string;
    readonly message?: string;
    readonly extras?: Partial<MessageExtras>;
    readonly isEphemeral?: boolean;
    /** Default: true. */
    readonly isRateLimited?: boolean;
  },
): MessageDraft => ({
  groupId: groupIdSchema.parse(given.groupId),
  sender: userIdSchema.parse(given.sender),
  request: keyOf(given, ['relay_msg', given.groupId, given.message, given.extras, given.isEphemeral]),
  message: given.message ?? 'hello',
  extras: given.extras && {
    metadata: null,
    replyTo: null,
    mentions: [],
    isOpen: false,
    expiresInMs: null,
    ...given.extras,
  },
  isEphemeral: given.isEphemeral ?? false,
  isRateLimited: given.isRateLimited ?? true,
});
