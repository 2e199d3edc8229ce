/** `plenum.groups` and `plenum.send`: requests as functions. Arguments in camelCase, results as on the wire. */
import type { Operations, Outcome } from '@plenum/core';
import {
  type Action,
  type GroupType,
  type HistorySetting,
  type MemberStatus,
  type RequestResult,
  type RequestTable,
  type RequestType,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import type { Asked, MakeCall } from './call.ts';

interface InGroup {
  readonly groupId: string;
  /** Names one attempt: the same id gives the first successful answer again. Made by the library if there is none. */
  readonly requestId?: string;
}
/** A user's own step. */
interface OwnStep extends InGroup {
  readonly userId: string;
}
interface Join extends OwnStep {
  /** A member gets success with its present status. */
  readonly ensure?: boolean;
  /** The service makes the user `active` at once, whatever the group's type. */
  readonly admit?: boolean;
}
interface Create extends InGroup {
  readonly groupType: GroupType;
  /** Becomes the first admin. */
  readonly creatorId: string;
  readonly maxMembers?: number;
  readonly ephemeral?: boolean;
  readonly history?: HistorySetting;
  readonly metadata?: Readonly<Record<string, unknown>>;
}
/** `actorId` acts on `userId`; without it the service does, which skips the checks of the actor. */
interface OnMember extends OwnStep {
  readonly actorId?: string;
}
interface Decide extends OnMember {
  readonly reason?: string;
}
interface Mute extends OnMember {
  /** The mute ends by itself after this time. */
  readonly forMs?: number;
}
interface Ban extends Decide {
  /** The ban ends by itself after this time. */
  readonly forMs?: number;
}
interface Update extends InGroup {
  readonly actorId?: string;
  /** Null takes a setting away. */
  readonly maxMembers?: number | null;
  readonly history?: HistorySetting;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}
interface Explain extends InGroup {
  /** Whom it is about. */
  readonly userId: string;
  readonly action: Action;
}
interface Delete extends InGroup {
  readonly actorId?: string;
}
interface Info extends InGroup {
  /** The group as this user may see it; without it as the service does. */
  readonly userId?: string;
  readonly includeMembers?: boolean;
}
interface Members extends InGroup {
  readonly cursor?: string;
  /** 1–200, default 50. */
  readonly limit?: number;
  readonly status?: MemberStatus;
}
interface Send extends OwnStep {
  readonly message: string;
}

type Call<O, T extends RequestType> = (options: O) => Promise<Outcome<RequestResult<T>>>;

export interface GroupsApi {
  readonly create: Call<Create, 'create_group'>;
  readonly join: Call<Join, 'join_group'>;
  readonly leave: Call<OwnStep, 'leave_group'>;
  readonly accept: Call<Decide, 'accept_member'>;
  readonly reject: Call<Decide, 'reject_member'>;
  readonly mute: Call<Mute, 'mute_member'>;
  readonly unmute: Call<OnMember, 'unmute_member'>;
  readonly kick: Call<Decide, 'kick_member'>;
  readonly ban: Call<Ban, 'ban_member'>;
  readonly unban: Call<Decide, 'unban_member'>;
  readonly promote: Call<OnMember, 'promote_member'>;
  readonly demote: Call<OnMember, 'demote_member'>;
  readonly update: Call<Update, 'update_group'>;
  readonly explain: Call<Explain, 'explain'>;
  readonly delete: Call<Delete, 'delete_group'>;
  readonly info: Call<Info, 'get_group_info'>;
  readonly members: Call<Members, 'list_members'>;
}

export interface ApiParts {
  readonly call: MakeCall;
  readonly operations: Operations;
  readonly table: RequestTable;
}

export const groupsApi = ({ call, operations, table }: ApiParts): GroupsApi => ({
  create: call(create, table.create_group.args, operations.create_group),
  join: call(join, joinArgs(table), operations.join_group),
  leave: call(ownStep, table.leave_group.args, operations.leave_group),
  accept: call(decide, table.accept_member.args, operations.accept_member),
  reject: call(decide, table.reject_member.args, operations.reject_member),
  mute: call(mute, table.mute_member.args, operations.mute_member),
  unmute: call(decide, table.unmute_member.args, operations.unmute_member),
  kick: call(decide, table.kick_member.args, operations.kick_member),
  ban: call(ban, table.ban_member.args, operations.ban_member),
  unban: call(decide, table.unban_member.args, operations.unban_member),
  promote: call(decide, table.promote_member.args, operations.promote_member),
  demote: call(decide, table.demote_member.args, operations.demote_member),
  update: call(update, table.update_group.args, operations.update_group),
  explain: call(explain, table.explain.args, operations.explain),
  delete: call(remove, table.delete_group.args, operations.delete_group),
  info: call(info, table.get_group_info.args, operations.get_group_info),
  members: call(members, table.list_members.args, operations.list_members),
});

export const sendCall = ({ call, operations, table }: ApiParts): Call<Send, 'relay_msg'> =>
  call(send, table.relay_msg.args, (caller, args) => operations.relay_msg(caller, args));

/** Only the service may name another user, and admit it. */
const joinArgs = (table: RequestTable) =>
  table.join_group.args.extend({
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
  },
});

const join = ({ groupId, userId, requestId, ensure, admit }: Join): Asked =>
  admit === true
    ? { actorId: undefined, requestId, args: { group_id: groupId, user_id: userId, ensure, admit } }
    : { actorId: userId, requestId, args: { group_id: groupId, ensure } };

const ownStep = ({ groupId, userId, requestId }: OwnStep): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId },
});

const decide = ({ groupId, userId, actorId, reason, requestId }: Decide): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, reason },
});

const mute = ({ groupId, userId, actorId, forMs, requestId }: Mute): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, for_ms: forMs },
});

const ban = ({ groupId, userId, actorId, forMs, reason, requestId }: Ban): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, user_id: userId, for_ms: forMs, reason },
});

const update = ({ groupId, actorId, requestId, maxMembers, history, metadata }: Update): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, max_members: maxMembers, history, metadata },
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

const send = ({ groupId, userId, message, requestId }: Send): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, message },
});
