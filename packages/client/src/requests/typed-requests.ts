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

export abstract class TypedRequests implements MessageMethods, InviteMethods {
  abstract request<T extends PlainRequestType>(
    type: T,
    args: RequestInput<T>,
    options?: RequestOptions,
  ): Answered<T>;

  send(
    group_id: string,
    message: string,
    given?: RequestOptions & MessageFields,
  ): Promise<Outcome<MessageSent>>;
  send(
    group_id: string,
    message: string,
    given: RequestOptions & EphemeralFields,
  ): Promise<Outcome<EphemeralSent>>;
  send(group_id: string, message: string, given: RequestOptions & (MessageFields | EphemeralFields) = {}) {
    const { fields, options } = parted(given);
    return this.request('relay_msg', { ...fields, group_id, message }, options);
  }

  appendMessage(
    group_id: string,
    message_id: string,
    text: string,
    given: RequestOptions & { readonly done?: true } = {},
  ) {
    const { fields, options } = parted(given);
    return this.request('append_message', { ...fields, group_id, message_id, text }, options);
  }

  editMessage(
    group_id: string,
    message_id: string,
    message: string,
    given: RequestOptions & EditFields = {},
  ) {
    const { fields, options } = parted(given);
    return this.request('edit_message', { ...fields, group_id, message_id, message }, options);
  }

  deleteMessage(
    group_id: string,
    message_id: string,
    given: RequestOptions & { readonly reason?: string } = {},
  ) {
    const { fields, options } = parted(given);
    return this.request('delete_message', { ...fields, group_id, message_id }, options);
  }

  react(group_id: string, message_id: string, reaction: string, options?: RequestOptions) {
    return this.request('react', { group_id, message_id, reaction }, options);
  }

  unreact(group_id: string, message_id: string, reaction: string, options?: RequestOptions) {
    return this.request('unreact', { group_id, message_id, reaction }, options);
  }

  pinMessage(group_id: string, message_id: string, options?: RequestOptions) {
    return this.request('pin_message', { group_id, message_id }, options);
  }

  unpinMessage(group_id: string, message_id: string, options?: RequestOptions) {
    return this.request('unpin_message', { group_id, message_id }, options);
  }

  getMessage(group_id: string, message_id: string) {
    return this.request('get_message', { group_id, message_id });
  }

  listReactions(group_id: string, message_id: string, page: ReactionPage = {}) {
    return this.request('list_reactions', { ...page, group_id, message_id });
  }

  searchMessages(group_id: string, query: string, page: SearchPage = {}) {
    return this.request('search_messages', { ...page, group_id, query });
  }

  groupInfo(group_id: string) {
    return this.request('get_group_info', { group_id });
  }

  history(group_id: string, range: HistoryRange = {}) {
    return this.request('history', { ...range, group_id });
  }

  markRead(group_id: string, seq: number, epoch?: string) {
    return this.request('mark_read', { group_id, seq, ...(epoch === undefined ? {} : { epoch }) });
  }

  markUnread(group_id: string, seq: number, epoch?: string) {
    const args = { group_id, seq, unread: true };
    return this.request('mark_read', { ...args, ...(epoch === undefined ? {} : { epoch }) });
  }

  setNotifications(group_id: string, level: NotificationLevel, untilMs?: number) {
    const until = untilMs === undefined ? {} : { until_ms: untilMs };
    return this.request('set_notifications', { group_id, level, ...until });
  }

  readMarks(group_id: string, page: MarksPage = {}) {
    return this.request('list_read_marks', { ...page, group_id });
  }

  invite(group_id: string, user_id: string, given: RequestOptions & { readonly for_ms?: number } = {}) {
    const { fields, options } = parted(given);
    return this.request('invite_member', { ...fields, group_id, user_id }, options);
  }

  declineInvite(group_id: string, options?: RequestOptions) {
    return this.request('decline_invite', { group_id }, options);
  }

  revokeInvite(group_id: string, user_id: string, options?: RequestOptions) {
    return this.request('revoke_invite', { group_id, user_id }, options);
  }
}

/** Parts the fields of the request from the options of the SDK. */
function parted<O extends RequestOptions>({ requestId, timeoutMs, ...fields }: O) {
  const options: RequestOptions = {
    ...(requestId === undefined ? {} : { requestId }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  return { fields, options };
}
