/** `plenum.users`: what a user has and does in its groups, and the service's acts on users. Results are as on the wire. */
import type { Asked } from './call.ts';
import type { Paged, SelfAction } from './group-arguments.ts';
import { type Call, callsOf, type GroupsApiDeps } from './groups-api.ts';

interface OfUser {
  readonly userId: string;
  readonly requestId?: string;
}
interface Groups extends OfUser, Omit<Paged, 'groupId'> {
  /** `activity`: by the last message, the newest first. Default: by id. */
  readonly order?: 'id' | 'activity';
}
interface MarkRead extends SelfAction {
  /** Everything up to this seq is read. */
  readonly seq: number;
  /** Of the log that `seq` is a position of; a mark of another log changes nothing. */
  readonly epoch?: string;
  /** True: what is above `seq` becomes unread again. */
  readonly unread?: boolean;
}
interface SetNotifications extends SelfAction {
  readonly level: 'all' | 'mentions' | 'none';
  /** Ms since 1970: from then on the level is `all` again. Default: it does not end by itself. */
  readonly untilMs?: number;
}
interface Erase extends OfUser {
  /** `messages`: every message of the user is taken down too, in the logs of all groups and in the archive. */
  readonly erase?: 'messages';
}

export interface UsersApi {
  /** Pages through the groups of a user, with its unread messages. */
  readonly groups: Call<Groups, 'list_groups'>;
  /** Shows the online members that the user is typing. */
  readonly typing: Call<SelfAction, 'typing'>;
  readonly markRead: Call<MarkRead, 'mark_read'>;
  /** Sets of which messages of a group the user is notified. */
  readonly setNotifications: Call<SetNotifications, 'set_notifications'>;
  /** Cuts the sockets that the user has now, on every node. The user may come back. */
  readonly disconnect: Call<OfUser, 'disconnect_user'>;
  /** Ends every token and every admission of the user from before now, and cuts its sockets. */
  readonly revoke: Call<OfUser, 'revoke_user'>;
  /** Takes the user out of all its groups, in the background. */
  readonly erase: Call<Erase, 'erase_user'>;
  /** How far the erasure of a user is. */
  readonly erasure: Call<OfUser, 'get_erasure'>;
}

export function usersApi(deps: GroupsApiDeps): UsersApi {
  const of = callsOf(deps);
  return {
    groups: of('list_groups', groups),
    typing: of('typing', inGroup),
    markRead: of('mark_read', markRead),
    setNotifications: of('set_notifications', setNotifications),
    disconnect: of('disconnect_user', onUser),
    revoke: of('revoke_user', onUser),
    erase: of('erase_user', onUser),
    erasure: of('get_erasure', onUser),
  };
}

const groups = ({ userId, requestId, order, cursor, limit }: Groups): Asked => ({
  actorId: userId,
  requestId,
  args: { order, cursor, limit },
});

const inGroup = ({ groupId, userId, requestId }: SelfAction): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId },
});

const markRead = ({ groupId, userId, requestId, seq, epoch, unread }: MarkRead): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, seq, epoch, unread },
});

const setNotifications = ({ groupId, userId, requestId, level, untilMs }: SetNotifications): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, level, until_ms: untilMs },
});

const onUser = ({ userId, requestId, erase }: Erase): Asked => ({
  actorId: undefined,
  requestId,
  args: { user_id: userId, erase },
});
