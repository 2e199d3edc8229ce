/** `plenum.groups` and `plenum.send`: one function per request. Arguments are in camelCase, results as on the wire. */
import type { OperationOf, Operations, Outcome } from '@plenum/core';
import {
  type Action,
  type GrantedRole,
  type GroupType,
  type HistorySetting,
  type MemberStatus,
  type Posting,
  type RequestArgs,
  type RequestResult,
  type RequestTable,
  type RequestType,
  type Role,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import type { Asked, MakeCall } from './call.ts';

interface InGroup {
  readonly groupId: string;
  /** A call with the id of a successful call gets that call's answer again. Default: a new random id. */
  readonly requestId?: string;
}
/** A user acts for itself. */
interface SelfAction extends InGroup {
  readonly userId: string;
}
interface Join extends SelfAction {
  /** True: a user that is a member already gets success with its current status. */
  readonly ensure?: boolean;
  /** True: the service makes the user `active` at once, whatever the group's type. */
  readonly admit?: boolean;
  /** For those who may accept the user, at most 300 bytes. */
  readonly note?: string;
  /** The code of an invite link of this group. */
  readonly invite?: string;
}
interface Sending {
  /** Who may send and edit. Default: `members`. */
  readonly posting?: Posting;
  /** Members without a role send one message in so many ms; 0, the default: any number. */
  readonly slowModeMs?: number;
  /** A message may be edited for so many ms; default: one day. */
  readonly editWindowMs?: number;
}
interface Retention {
  readonly maxEntries?: number;
  readonly maxAgeMs?: number;
}
interface Staying {
  /** True: a muted user that leaves and comes back is muted again, until the end of that mute. */
  readonly muteSurvivesRejoin?: boolean;
  /** After the end of the group no user can create one with its id for so many ms, at most 30 days; default: 0. */
  readonly idReservedMs?: number;
  /** How much of the log the group keeps, where it is less than the service keeps. Null: that of the service. */
  readonly retention?: Retention | null;
}
interface Create extends InGroup, Sending, Staying {
  /** How many different users have to accept an applicant; default: 1. */
  readonly acceptsNeeded?: number;
  readonly groupType: GroupType;
  /** The user that becomes the first admin. */
  readonly creatorId: string;
  readonly maxMembers?: number;
  readonly ephemeral?: boolean;
  readonly history?: HistorySetting;
  readonly metadata?: Readonly<Record<string, unknown>>;
}
/** `actorId` changes `userId`. Without `actorId` the service does, which needs no rights in the group. */
interface OnMember extends SelfAction {
  readonly actorId?: string;
}
interface Decide extends OnMember {
  readonly reason?: string;
}
/** The admin `actorId` makes `userId` an admin and itself a plain member. */
interface Transfer extends SelfAction {
  readonly actorId: string;
}
interface Promote extends OnMember {
  /** Default: `admin`. */
  readonly role?: GrantedRole;
}
interface ForTime extends OnMember {
  /** The mute or invite ends by itself after this time. */
  readonly forMs?: number;
}
interface Ban extends Decide {
  /** The ban ends by itself after this time. */
  readonly forMs?: number;
}
interface CreateLink extends InGroup {
  /** Whose right to accept the users who come by the link counts. Default: the service. */
  readonly actorId?: string;
  /** So many users may join by it; default: any number. */
  readonly maxUses?: number;
  /** The link ends by itself after this time. */
  readonly forMs?: number;
}
interface ListLinks extends InGroup {
  readonly actorId?: string;
  readonly cursor?: string;
  /** 1–200, default 50. */
  readonly limit?: number;
}
interface RevokeLink extends InGroup {
  readonly actorId?: string;
  readonly linkId: string;
}
interface Preview {
  readonly code: string;
  readonly userId?: string;
  readonly requestId?: string;
}
/** At most 1,000 users to add and 1,000 to remove. Each is judged by itself; the answer names the refused ones. */
interface ChangeMembers extends InGroup {
  readonly add?: readonly {
    readonly userId: string;
    /** Default: `active`. */
    readonly status?: MemberStatus;
    /** Default: `member`. */
    readonly roles?: readonly Role[];
  }[];
  readonly remove?: readonly string[];
}
interface Update extends InGroup, Sending, Staying {
  /** `seq` of an `info`: refused with `conflict` if settings were changed after it. */
  readonly ifSeq?: number;
  readonly actorId?: string;
  readonly acceptsNeeded?: number;
  /** Null removes the setting. */
  readonly maxMembers?: number | null;
  readonly history?: HistorySetting;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}
interface Explain extends InGroup {
  /** The user whose action is explained. */
  readonly userId: string;
  readonly action: Action;
}
interface Delete extends InGroup {
  readonly actorId?: string;
}
interface Info extends InGroup {
  /** The user that asks. Absent: the service asks, which sees everything. */
  readonly userId?: string;
  readonly includeMembers?: boolean;
}
interface Paged extends InGroup {
  readonly cursor?: string;
  /** 1–200, default 50. */
  readonly limit?: number;
}
interface Members extends Paged {
  readonly status?: MemberStatus;
}
export interface SendFields {
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The id of the message to which this one replies. */
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
  /** The sender appends to the message with `append` until it is closed. */
  readonly open?: true;
  /** The message is taken down after so many ms: 1,000 to 30 days. */
  readonly expiresInMs?: number;
}
interface Send extends SelfAction, SendFields {
  readonly message: string;
}

/** The request types for which core has an operation of the same name. */
type OperationType = Exclude<RequestType, 'send_message' | 'refresh_token'>;

type Call<O, T extends RequestType> = (options: O) => Promise<Outcome<RequestResult<T>>>;

export interface GroupsApi {
  readonly create: Call<Create, 'create_group'>;
  readonly join: Call<Join, 'join_group'>;
  readonly leave: Call<SelfAction, 'leave_group'>;
  readonly accept: Call<Decide, 'accept_member'>;
  readonly reject: Call<Decide, 'reject_member'>;
  readonly mute: Call<ForTime, 'mute_member'>;
  readonly unmute: Call<OnMember, 'unmute_member'>;
  readonly kick: Call<Decide, 'kick_member'>;
  readonly ban: Call<Ban, 'ban_member'>;
  readonly unban: Call<Decide, 'unban_member'>;
  readonly invite: Call<ForTime, 'invite_member'>;
  readonly declineInvite: Call<SelfAction, 'decline_invite'>;
  readonly revokeInvite: Call<OnMember, 'revoke_invite'>;
  /** Only this answer has the code of the link. */
  readonly createInviteLink: Call<CreateLink, 'create_invite_link'>;
  readonly inviteLinks: Call<ListLinks, 'list_invite_links'>;
  readonly revokeInviteLink: Call<RevokeLink, 'revoke_invite_link'>;
  readonly previewInvite: Call<Preview, 'preview_invite'>;
  readonly promote: Call<Promote, 'promote_member'>;
  readonly demote: Call<OnMember, 'demote_member'>;
  readonly transfer: Call<Transfer, 'transfer_group'>;
  readonly changeMembers: Call<ChangeMembers, 'change_members'>;
  readonly update: Call<Update, 'update_group'>;
  readonly explain: Call<Explain, 'explain'>;
  readonly delete: Call<Delete, 'delete_group'>;
  readonly info: Call<Info, 'get_group_info'>;
  readonly members: Call<Members, 'list_members'>;
  readonly bans: Call<Paged, 'list_bans'>;
  readonly invites: Call<Paged, 'list_invites'>;
}

export interface GroupsApiDeps {
  readonly call: MakeCall;
  readonly operations: Operations;
  readonly table: RequestTable;
}

/** Makes the call of a request type from the schema and the operation with its name. */
function callsOf({ call, operations, table }: GroupsApiDeps) {
  const schemas: { readonly [T in OperationType]: { readonly args: z.ZodType<RequestArgs<T>> } } = table;
  const all: { readonly [T in OperationType]: OperationOf<T> } = operations;
  return <T extends OperationType, O>(requestType: T, asked: (options: O) => Asked): Call<O, T> =>
    call(asked, schemas[requestType].args, all[requestType]);
}

export function groupsApi(deps: GroupsApiDeps): GroupsApi {
  const of = callsOf(deps);
  return {
    create: deps.call(create, createArgs(deps.table), deps.operations.create_group),
    join: deps.call(join, joinArgs(deps.table), deps.operations.join_group),
    leave: of('leave_group', selfAction),
    accept: of('accept_member', decide),
    reject: of('reject_member', decide),
    mute: of('mute_member', forTime),
    unmute: of('unmute_member', decide),
    kick: of('kick_member', decide),
    ban: of('ban_member', ban),
    unban: of('unban_member', decide),
    invite: of('invite_member', forTime),
    declineInvite: of('decline_invite', selfAction),
    revokeInvite: of('revoke_invite', decide),
    createInviteLink: of('create_invite_link', createLink),
    inviteLinks: of('list_invite_links', listLinks),
    revokeInviteLink: of('revoke_invite_link', revokeLink),
    previewInvite: of('preview_invite', preview),
    promote: of('promote_member', promote),
    demote: of('demote_member', decide),
    transfer: of('transfer_group', transfer),
    changeMembers: of('change_members', changeMembers),
    update: of('update_group', update),
    explain: of('explain', explain),
    delete: of('delete_group', remove),
    info: of('get_group_info', info),
    members: of('list_members', members),
    bans: of('list_bans', paged),
    invites: of('list_invites', paged),
  };
}

export const sendCall = (deps: GroupsApiDeps): Call<Send, 'relay_msg'> => callsOf(deps)('relay_msg', send);

const createArgs = (table: RequestTable) => table.create_group.args.extend({ by_service: z.literal(true) });

/** The arguments of a join, with those that only the service may use: `user_id` and `admit`. */
const joinArgs = (table: RequestTable) =>
  table.join_group.args.safeExtend({
    user_id: userIdSchema.exactOptional(),
    admit: z.boolean().exactOptional(),
  });

const create = ({ groupId, creatorId, requestId, ...settings }: Create): Asked => ({
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

const join = ({ groupId, userId, requestId, ensure, admit, note, invite }: Join): Asked =>
  admit === true
    ? { actorId: undefined, requestId, args: { group_id: groupId, user_id: userId, ensure, admit } }
    : { actorId: userId, requestId, args: { group_id: groupId, ensure, note, invite } };

const selfAction = ({ groupId, userId, requestId }: SelfAction): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId },
});

const decide = ({ groupId, userId, actorId, reason, requestId }: Decide): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, reason },
});

const transfer = ({ groupId, userId, actorId, requestId }: Transfer): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId },
});

const promote = ({ groupId, userId, actorId, role, requestId }: Promote): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, role },
});

const forTime = ({ groupId, userId, actorId, forMs, requestId }: ForTime): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, for_ms: forMs },
});

const ban = ({ groupId, userId, actorId, forMs, reason, requestId }: Ban): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, for_ms: forMs, reason },
});

const createLink = ({ groupId, actorId, maxUses, forMs, requestId }: CreateLink): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, max_uses: maxUses, for_ms: forMs },
});

const listLinks = ({ groupId, actorId, cursor, limit, requestId }: ListLinks): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, cursor, limit },
});

const revokeLink = ({ groupId, actorId, linkId, requestId }: RevokeLink): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, link_id: linkId },
});

const preview = ({ code, userId, requestId }: Preview): Asked => ({
  actorId: userId,
  requestId,
  args: { code },
});

const changeMembers = ({ groupId, requestId, add, remove }: ChangeMembers): Asked => ({
  actorId: undefined,
  requestId,
  args: {
    group_id: groupId,
    add: add?.map(({ userId, status, roles }) => ({ user_id: userId, status, roles })),
    remove,
  },
});

const update = ({ groupId, actorId, requestId, maxMembers, history, metadata, ...rest }: Update): Asked => ({
  actorId,
  requestId,
  args: {
    group_id: groupId,
    max_members: maxMembers,
    history,
    metadata,
    accepts_needed: rest.acceptsNeeded,
    if_seq: rest.ifSeq,
    ...sendingArgs(rest),
    ...stayingArgs(rest),
  },
});

const explain = ({ groupId, userId, action, requestId }: Explain): Asked => ({
  actorId: undefined,
  requestId,
  args: { group_id: groupId, user_id: userId, action },
});

const remove = ({ groupId, actorId, requestId }: Delete): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId },
});

const info = ({ groupId, userId, includeMembers, requestId }: Info): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, include_members: includeMembers },
});

const members = ({ groupId, requestId, cursor, limit, status }: Members): Asked => ({
  actorId: undefined,
  requestId,
  args: { group_id: groupId, cursor, limit, status },
});

const paged = ({ groupId, requestId, cursor, limit }: Paged): Asked => ({
  actorId: undefined,
  requestId,
  args: { group_id: groupId, cursor, limit },
});

const send = ({ groupId, userId, message, requestId, replyTo, expiresInMs, ...fields }: Send): Asked => ({
  actorId: userId,
  requestId,
  args: { ...fields, group_id: groupId, message, reply_to: replyTo, expires_in_ms: expiresInMs },
});
