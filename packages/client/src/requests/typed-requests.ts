/** Methods of the client that send one request each and change nothing else on the device. */
import type { EphemeralSent, MessageSent, RequestInput, RequestResult, RequestType } from '@plenum/protocol';
import type { AskOptions, Outcome } from './outcome.ts';

/** All request types except those that change positions, which have separate methods. */
export type PlainRequestType = Exclude<RequestType, 'subscribe' | 'unsubscribe'>;
export type RequestOptions = Omit<AskOptions, 'isInternal'>;
/** What a message may have besides its text. */
export type MessageFields = Omit<RequestInput<'relay_msg'>, 'group_id' | 'message' | 'ephemeral'>;
/** The message is pushed to the devices that are connected now, and kept nowhere. */
export type EphemeralFields = Omit<MessageFields, 'open' | 'expires_in_ms'> & { readonly ephemeral: true };
export type HistoryRange = Omit<RequestInput<'history'>, 'group_id'>;
/** What an edit may replace besides the text. */
export type EditFields = Omit<RequestInput<'edit_message'>, 'group_id' | 'message_id' | 'message'>;
export type ReactionPage = Omit<RequestInput<'list_reactions'>, 'group_id' | 'message_id'>;
export type NotificationLevel = RequestInput<'set_notifications'>['level'];
export type MarksPage = Omit<RequestInput<'list_read_marks'>, 'group_id'>;
export type SearchPage = Omit<RequestInput<'search_messages'>, 'group_id' | 'query'>;
type Answered<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

export interface MessageMethods {
  /** Sends a message. It is stored once, even if it must be sent several times. Await each send to keep the order. */
  send(
    groupId: string,
    message: string,
    options?: RequestOptions & MessageFields,
  ): Promise<Outcome<MessageSent>>;
  /** Sends a message to the devices that are connected now. It has no seq, and comes as the event `ephemeral`, at most once. */
  send(
    groupId: string,
    message: string,
    options: RequestOptions & EphemeralFields,
  ): Promise<Outcome<EphemeralSent>>;
  /**
   * Appends to an own message that was sent with `open: true`. Await each append to keep the order of the texts also when one of
   * them is refused and sent again. @param options `done`: the message is closed after it
   */
  appendMessage(
    groupId: string,
    messageId: string,
    text: string,
    options?: RequestOptions & { readonly done?: true },
  ): Answered<'append_message'>;
  /** Replaces the text of an own message. `metadata` and `mentions` stay as they are unless they are given. */
  editMessage(
    groupId: string,
    messageId: string,
    message: string,
    options?: RequestOptions & EditFields,
  ): Answered<'edit_message'>;
  /** Takes a message down: afterwards no reader gets its text again. */
  deleteMessage(
    groupId: string,
    messageId: string,
    options?: RequestOptions & { readonly reason?: string },
  ): Answered<'delete_message'>;
  /** @param reaction 1 to 64 bytes, usually one emoji. A user has each reaction on a message once */
  react(groupId: string, messageId: string, reaction: string, options?: RequestOptions): Answered<'react'>;
  unreact(
    groupId: string,
    messageId: string,
    reaction: string,
    options?: RequestOptions,
  ): Answered<'unreact'>;
  pinMessage(groupId: string, messageId: string, options?: RequestOptions): Answered<'pin_message'>;
  unpinMessage(groupId: string, messageId: string, options?: RequestOptions): Answered<'unpin_message'>;
  /** Reads the present state of a message; a tombstone if it was taken down. */
  getMessage(groupId: string, messageId: string): Answered<'get_message'>;
  /** Reads which users have put which reaction, page by page. */
  listReactions(groupId: string, messageId: string, page?: ReactionPage): Answered<'list_reactions'>;
  /** Finds messages by their words, where the service has an archive with search. */
  searchMessages(groupId: string, query: string, page?: SearchPage): Answered<'search_messages'>;
  /** Reads the settings of a group, the own status, and the pinned messages. */
  groupInfo(groupId: string): Answered<'get_group_info'>;
  /** Reads the online users of a group. Lists at most 1,000; `count` is the number of all. */
  presence(groupId: string): Answered<'presence'>;
  /** Reads a page of the log. This does not affect the entries that the listeners get. */
  history(groupId: string, range?: HistoryRange): Answered<'history'>;
  /**
   * Marks all entries up to `seq` as read. A lower `seq` than before changes nothing.
   * @param epoch the epoch of the message that was read. If the group was created again since, nothing is marked
   */
  markRead(groupId: string, seq: number, epoch?: string): Answered<'mark_read'>;
  /** Makes what is above `seq` unread again. The mark goes back, at most to where the user became a receiver. */
  markUnread(groupId: string, seq: number, epoch?: string): Answered<'mark_read'>;
  /**
   * Sets of which messages of the group the user is notified.
   * @param untilMs ms since 1970: from then on of all again. Default: until it is changed
   */
  setNotifications(
    groupId: string,
    level: NotificationLevel,
    untilMs?: number,
  ): Answered<'set_notifications'>;
  /** Reads how far the members of a group of at most 100 members have read. */
  readMarks(groupId: string, page?: MarksPage): Answered<'list_read_marks'>;
}

export interface InviteMethods {
  /** @param options `for_ms`: the invite ends by itself after this time */
  invite(
    groupId: string,
    userId: string,
    options?: RequestOptions & { readonly for_ms?: number },
  ): Answered<'invite_member'>;
  /** Declines an invite of this user. To accept it, call `join`. */
  declineInvite(groupId: string, options?: RequestOptions): Answered<'decline_invite'>;
  revokeInvite(groupId: string, userId: string, options?: RequestOptions): Answered<'revoke_invite'>;
}

type Method = Exclude<keyof (MessageMethods & InviteMethods), 'markUnread'>;
type FieldOf<Args> = Args extends unknown ? keyof Args & string : never;
type Row = {
  readonly [T in PlainRequestType]: readonly [T, ...FieldOf<RequestInput<T>>[]];
}[PlainRequestType];

/**
 * The request of each method, and the fields that its arguments after the id of the group become. The argument after those has
 * further fields and the options of the SDK: `send('g', 'Hello', { metadata, requestId })`.
 */
const rows: { readonly [M in Method]: Row } = {
  send: ['relay_msg', 'message'],
  appendMessage: ['append_message', 'message_id', 'text'],
  editMessage: ['edit_message', 'message_id', 'message'],
  deleteMessage: ['delete_message', 'message_id'],
  react: ['react', 'message_id', 'reaction'],
  unreact: ['unreact', 'message_id', 'reaction'],
  pinMessage: ['pin_message', 'message_id'],
  unpinMessage: ['unpin_message', 'message_id'],
  getMessage: ['get_message', 'message_id'],
  listReactions: ['list_reactions', 'message_id'],
  searchMessages: ['search_messages', 'query'],
  groupInfo: ['get_group_info'],
  presence: ['presence'],
  history: ['history'],
  markRead: ['mark_read', 'seq', 'epoch'],
  setNotifications: ['set_notifications', 'level', 'until_ms'],
  readMarks: ['list_read_marks'],
  invite: ['invite_member', 'user_id'],
  declineInvite: ['decline_invite'],
  revokeInvite: ['revoke_invite', 'user_id'],
};

/** The declared methods are those of the rows: each calls `request`. */
export abstract class TypedRequests implements MessageMethods, InviteMethods {
  declare readonly send: MessageMethods['send'];
  declare readonly appendMessage: MessageMethods['appendMessage'];
  declare readonly editMessage: MessageMethods['editMessage'];
  declare readonly deleteMessage: MessageMethods['deleteMessage'];
  declare readonly react: MessageMethods['react'];
  declare readonly unreact: MessageMethods['unreact'];
  declare readonly pinMessage: MessageMethods['pinMessage'];
  declare readonly unpinMessage: MessageMethods['unpinMessage'];
  declare readonly getMessage: MessageMethods['getMessage'];
  declare readonly listReactions: MessageMethods['listReactions'];
  declare readonly searchMessages: MessageMethods['searchMessages'];
  declare readonly groupInfo: MessageMethods['groupInfo'];
  declare readonly presence: MessageMethods['presence'];
  declare readonly history: MessageMethods['history'];
  declare readonly markRead: MessageMethods['markRead'];
  declare readonly setNotifications: MessageMethods['setNotifications'];
  declare readonly readMarks: MessageMethods['readMarks'];
  declare readonly invite: InviteMethods['invite'];
  declare readonly declineInvite: InviteMethods['declineInvite'];
  declare readonly revokeInvite: InviteMethods['revokeInvite'];

  constructor() {
    for (const [name, [type, ...fields]] of Object.entries(rows)) {
      const method = (group_id: string, ...values: readonly unknown[]) => {
        const { requestId, timeoutMs, ...further }: RequestOptions = Object(values[fields.length]);
        const args: Record<string, unknown> = { ...further, group_id };
        for (const [i, field] of fields.entries()) args[field] = values[i];
        return this.request(type, args, { requestId, timeoutMs });
      };
      Object.assign(this, { [name]: method });
    }
  }

  abstract request(type: PlainRequestType, args: object, options?: RequestOptions): Promise<Outcome<unknown>>;

  abstract markUnread(group_id: string, seq: number, epoch?: string): Answered<'mark_read'>;
}
