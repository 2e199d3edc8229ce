/** `plenum.groups`: one function per request. Arguments are in camelCase, results as on the wire. */
import type { OperationOf, Operations } from '@plenum/core';
import type { RequestArgs, RequestResult, RequestTable, RequestType } from '@plenum/protocol';
import type { z } from 'zod';
import type { Asked, MakeCall } from './call.ts';
import {
  type Ban,
  ban,
  type ChangeMembers,
  type Create,
  type CreateLink,
  changeMembers,
  create,
  createArgs,
  createLink,
  type Decide,
  type Delete,
  decide,
  type Explain,
  explain,
  type ForTime,
  forTime,
  type Info,
  info,
  type Join,
  join,
  joinArgs,
  type ListLinks,
  listLinks,
  type Members,
  members,
  type OnMember,
  type Paged,
  type Preview,
  type Promote,
  paged,
  preview,
  promote,
  type RevokeLink,
  remove,
  revokeLink,
  type SelfAction,
  selfAction,
  type Transfer,
  transfer,
  type Update,
  update,
} from './group-arguments.ts';
import { type Find, find, type ReadGroup, type ReadMarks, readGroup, readMarks } from './group-readings.ts';
import type { LibraryOutcome } from './library-outcome.ts';

/** The request types for which core has an operation of the same name. */
type OperationType = Exclude<RequestType, 'send_message' | 'refresh_token'>;

export type Call<O, T extends RequestType> = (options: O) => Promise<LibraryOutcome<RequestResult<T>>>;

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
  /** Pages through the groups whose id begins with `prefix`, in the order of their ids. */
  readonly find: Call<Find, 'find_groups'>;
  /** Who is online: the first 1,000 users at most, and the exact count. */
  readonly presence: Call<ReadGroup, 'presence'>;
  /** How far the members of a group of at most 100 have read. */
  readonly readMarks: Call<ReadMarks, 'list_read_marks'>;
}

export interface GroupsApiDeps {
  readonly call: MakeCall;
  readonly operations: Operations;
  readonly table: RequestTable;
}

/** Makes the call of a request type from the schema and the operation with its name. */
export function callsOf({ call, operations, table }: GroupsApiDeps) {
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
    find: of('find_groups', find),
    presence: of('presence', readGroup),
    readMarks: of('list_read_marks', readMarks),
  };
}
