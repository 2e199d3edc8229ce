/** The options of `plenum.groups`, and the arguments on the wire that they become. */
import {
  type Action,
  type GrantedRole,
  type GroupType,
  type HistorySetting,
  type MemberStatus,
  type MembershipEvents,
  type Posting,
  type RequestTable,
  type Role,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import type { Asked } from './call.ts';

export interface InGroup {
  readonly groupId: string;
  /** A call with the id of a successful call gets that call's answer again. Default: a new random id. */
  readonly requestId?: string;
}
/** A user acts for itself. */
export interface SelfAction extends InGroup {
  readonly userId: string;
}
export interface Join extends SelfAction {
  /** True: a user that is a member already gets success with its current status. */
  readonly ensure?: boolean;
  /** True: the service makes the user `active` at once, whatever the group's type. */
  readonly admit?: boolean;
  /** For those who may accept the user, at most 300 bytes. */
  readonly note?: string;
  /** The code of an invite link of this group. */
  readonly invite?: string;
}
export interface Sending {
  /** Who may send and edit. Default: `members`. */
  readonly posting?: Posting;
  /** Members without a role send one message in so many ms; 0, the default: any number. */
  readonly slowModeMs?: number;
  /** A message may be edited for so many ms; default: one day. */
  readonly editWindowMs?: number;
}
export interface Retention {
  readonly maxEntries?: number;
  readonly maxAgeMs?: number;
}
export interface Staying {
  /** True: a muted user that leaves and comes back is muted again, until the end of that mute. */
  readonly muteSurvivesRejoin?: boolean;
  /** After the end of the group no user can create one with its id for so many ms, at most 30 days; default: 0. */
  readonly idReservedMs?: number;
  /** How much of the log the group keeps, where it is less than the service keeps. Null: that of the service. */
  readonly retention?: Retention | null;
}
export interface Create extends InGroup, Sending, Staying {
  /** How many different users have to accept an applicant; default: 1. */
  readonly acceptsNeeded?: number;
  /** A request to join that was not answered for so many ms ends; default: it does not. */
  readonly requestTtlMs?: number;
  /** `counts`: joins and leaves of plain members are no entries. Default: `all`. */
  readonly membershipEvents?: MembershipEvents;
  readonly groupType: GroupType;
  /** The user that becomes the first admin. */
  readonly creatorId: string;
  readonly maxMembers?: number;
  readonly ephemeral?: boolean;
  readonly history?: HistorySetting;
  readonly metadata?: Readonly<Record<string, unknown>>;
}
/** `actorId` changes `userId`. Without `actorId` the service does, which needs no rights in the group. */
export interface OnMember extends SelfAction {
  readonly actorId?: string;
}
export interface Decide extends OnMember {
  readonly reason?: string;
}
/** The admin `actorId` makes `userId` an admin and itself a plain member. */
export interface Transfer extends SelfAction {
  readonly actorId: string;
}
export interface Promote extends OnMember {
  /** Default: `admin`. */
  readonly role?: GrantedRole;
}
export interface ForTime extends OnMember {
  /** The mute or invite ends by itself after this time. */
  readonly forMs?: number;
}
export interface Ban extends Decide {
  /** The ban ends by itself after this time. */
  readonly forMs?: number;
}
export interface CreateLink extends InGroup {
  /** Whose right to accept the users who come by the link counts. Default: the service. */
  readonly actorId?: string;
  /** So many users may join by it; default: any number. */
  readonly maxUses?: number;
  /** The link ends by itself after this time. */
  readonly forMs?: number;
}
export interface ListLinks extends InGroup {
  readonly actorId?: string;
  readonly cursor?: string;
  /** 1–200, default 50. */
  readonly limit?: number;
}
export interface RevokeLink extends InGroup {
  readonly actorId?: string;
  readonly linkId: string;
}
export interface Preview {
  readonly code: string;
  readonly userId?: string;
  readonly requestId?: string;
}
/** At most 1,000 users to add and 1,000 to remove. Each is judged by itself; the answer names the refused ones. */
export interface ChangeMembers extends InGroup {
  readonly add?: readonly {
    readonly userId: string;
    /** Default: `active`. */
    readonly status?: MemberStatus;
    /** Default: `member`. */
    readonly roles?: readonly Role[];
  }[];
  readonly remove?: readonly string[];
}
export interface Update extends InGroup, Sending, Staying {
  /** `seq` of an `info`: refused with `conflict` if settings were changed after it. */
  readonly ifSeq?: number;
  readonly actorId?: string;
  readonly acceptsNeeded?: number;
  readonly requestTtlMs?: number | null;
  readonly membershipEvents?: MembershipEvents;
  /** Null removes the setting. */
  readonly maxMembers?: number | null;
  readonly history?: HistorySetting;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}
export interface Explain extends InGroup {
  /** The user whose action is explained. */
  readonly userId: string;
  readonly action: Action;
}
export interface Delete extends InGroup {
  readonly actorId?: string;
}
export interface Info extends InGroup {
  /** The user that asks. Absent: the service asks, which sees everything. */
  readonly userId?: string;
  readonly includeMembers?: boolean;
}
export interface Paged extends InGroup {
  readonly cursor?: string;
  /** 1–200, default 50. */
  readonly limit?: number;
}
export interface Members extends Paged {
  readonly status?: MemberStatus;
  /** Only this member: one row, or none. */
  readonly userId?: string;
}
export const createArgs = (table: RequestTable) =>
  table.create_group.args.extend({ by_service: z.literal(true) });

/** The arguments of a join, with those that only the service may use: `user_id` and `admit`. */
export const joinArgs = (table: RequestTable) =>
  table.join_group.args.safeExtend({
    user_id: userIdSchema.exactOptional(),
    admit: z.boolean().exactOptional(),
  });

export const create = ({ groupId, creatorId, requestId, ...settings }: Create): Asked => ({
  actorId: creatorId,
  requestId,
  args: {
    group_id: groupId,
    group_type: settings.groupType,
    max_members: settings.maxMembers,
    ephemeral: settings.ephemeral,
    history: settings.history,
    metadata: settings.metadata,
    accepts_needed: settings.acceptsNeeded,
    request_ttl_ms: settings.requestTtlMs,
    membership_events: settings.membershipEvents,
    ...sendingArgs(settings),
    ...stayingArgs(settings),
    by_service: true,
  },
});

const sendingArgs = ({ posting, slowModeMs, editWindowMs }: Sending) => ({
  posting,
  slow_mode_ms: slowModeMs,
  edit_window_ms: editWindowMs,
});

const stayingArgs = ({ muteSurvivesRejoin, idReservedMs, retention }: Staying) => ({
  mute_survives_rejoin: muteSurvivesRejoin,
  id_reserved_ms: idReservedMs,
  retention: retention && {
    ...(retention.maxEntries === undefined ? {} : { max_entries: retention.maxEntries }),
    ...(retention.maxAgeMs === undefined ? {} : { max_age_ms: retention.maxAgeMs }),
  },
});

export const join = ({ groupId, userId, requestId, ensure, admit, note, invite }: Join): Asked =>
  admit === true
    ? { actorId: undefined, requestId, args: { group_id: groupId, user_id: userId, ensure, admit } }
    : { actorId: userId, requestId, args: { group_id: groupId, ensure, note, invite } };

export const selfAction = ({ groupId, userId, requestId }: SelfAction): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId },
});

export const decide = ({ groupId, userId, actorId, reason, requestId }: Decide): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, reason },
});

export const transfer = ({ groupId, userId, actorId, requestId }: Transfer): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId },
});

export const promote = ({ groupId, userId, actorId, role, requestId }: Promote): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, role },
});

export const forTime = ({ groupId, userId, actorId, forMs, requestId }: ForTime): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, for_ms: forMs },
});

export const ban = ({ groupId, userId, actorId, forMs, reason, requestId }: Ban): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, for_ms: forMs, reason },
});

export const createLink = ({ groupId, actorId, maxUses, forMs, requestId }: CreateLink): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, max_uses: maxUses, for_ms: forMs },
});

export const listLinks = ({ groupId, actorId, cursor, limit, requestId }: ListLinks): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, cursor, limit },
});

export const revokeLink = ({ groupId, actorId, linkId, requestId }: RevokeLink): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, link_id: linkId },
});

export const preview = ({ code, userId, requestId }: Preview): Asked => ({
  actorId: userId,
  requestId,
  args: { code },
});

export const changeMembers = ({ groupId, requestId, add, remove }: ChangeMembers): Asked => ({
  actorId: undefined,
  requestId,
  args: {
    group_id: groupId,
    add: add?.map(({ userId, status, roles }) => ({ user_id: userId, status, roles })),
    remove,
  },
});

export const update = ({
  groupId,
  actorId,
  requestId,
  maxMembers,
  history,
  metadata,
  ...rest
}: Update): Asked => ({
  actorId,
  requestId,
  args: {
    group_id: groupId,
    max_members: maxMembers,
    history,
    metadata,
    accepts_needed: rest.acceptsNeeded,
    request_ttl_ms: rest.requestTtlMs,
    membership_events: rest.membershipEvents,
    if_seq: rest.ifSeq,
    ...sendingArgs(rest),
    ...stayingArgs(rest),
  },
});

export const explain = ({ groupId, userId, action, requestId }: Explain): Asked => ({
  actorId: undefined,
  requestId,
  args: { group_id: groupId, user_id: userId, action },
});

export const remove = ({ groupId, actorId, requestId }: Delete): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId },
});

export const info = ({ groupId, userId, includeMembers, requestId }: Info): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, include_members: includeMembers },
});

export const members = ({ groupId, requestId, cursor, limit, status, userId }: Members): Asked => ({
  actorId: undefined,
  requestId,
  args: { group_id: groupId, cursor, limit, status, user_id: userId },
});

export const paged = ({ groupId, requestId, cursor, limit }: Paged): Asked => ({
  actorId: undefined,
  requestId,
  args: { group_id: groupId, cursor, limit },
});
