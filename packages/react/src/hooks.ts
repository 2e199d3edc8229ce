/** The hooks. What they return is the same object until something in it changes, and its functions never change for one group. */
import type {
  Client,
  EditFields,
  GroupView,
  JoinOptions,
  MessageFields,
  MessageSent,
  Outcome,
  RequestResult,
  Status,
} from '@plenum/client';
import { useMemo, useSyncExternalStore } from 'react';
import type { GroupState } from './group.ts';
import type { GroupsState } from './groups.ts';
import type { MemberStatus, MembersState } from './members.ts';
import type { ListedMessage, MessagesState } from './messages.ts';
import type { PresenceState } from './presence.ts';
import { useObservedClient } from './provider.ts';
import type { TypingState } from './typing.ts';

interface External<S> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getState: () => S;
  readonly getInitial: () => S;
}
const useExternal = <S>({ subscribe, getState, getInitial }: External<S>): S =>
  useSyncExternalStore(subscribe, getState, getInitial);

export interface Plenum {
  readonly client: Client;
  readonly userId: string;
  /** Of the connection. */
  readonly status: Status;
}

/** The client of the provider, and the state of its connection. */
export function usePlenum(): Plenum {
  const { client, userId, status: external } = useObservedClient();
  const status = useExternal(external);
  return useMemo(() => ({ client, userId, status }), [client, userId, status]);
}

export interface Group extends GroupState {
  join(options?: JoinOptions): Promise<Outcome<RequestResult<'join_group'>>>;
  leave(): Promise<Outcome<RequestResult<'leave_group'>>>;
  /** Marks everything that has come as read. It may be called with each message: the requests do not pile up. */
  markRead(): void;
  /** Makes what is above `seq` unread again. */
  markUnread(seq: number, epoch: string): void;
  /** Reads `info` anew, for its counts. */
  reload(): void;
}

/** @param groupId null: no group; the state is that of one that is not known yet, and requests are refused */
export function useGroup(groupId: string | null): Group {
  const observed = useObservedClient();
  const { client } = observed;
  const group = observed.group(groupId);
  const actions = useMemo(
    () => ({
      join: (options?: JoinOptions) => client.join(groupId ?? '', options),
      leave: () => client.leave(groupId ?? ''),
      markRead: () => {
        group.watch?.unread.markRead().catch(() => undefined);
      },
      markUnread: (seq: number, epoch: string) => {
        group.watch?.unread.markUnread(seq, epoch).catch(() => undefined);
      },
      reload: () => group.watch?.reload(),
    }),
    [client, group, groupId],
  );
  return useWith(useExternal(group), actions);
}

export interface Groups extends GroupsState {
  /** Reads the list anew: also a change of which this device gets no push. */
  reload(): Promise<void>;
}

/** The groups of the user, with what is unread in each. */
export function useGroups(): Groups {
  const { groups } = useObservedClient();
  const actions = useMemo(() => ({ reload: async () => groups.watch?.reload() }), [groups]);
  return useWith(useExternal(groups), actions);
}

export interface Messages extends MessagesState {
  /** Reads the page before the oldest message. Default: 50 entries. */
  loadOlder(limit?: number): Promise<void>;
  /** Sends a message, which is in `messages` at once. */
  send(message: string, fields?: MessageFields): Promise<Outcome<MessageSent>>;
  /** Sends a message in the state `failed` again. @returns null if it is in another state */
  retry(message: ListedMessage): Promise<Outcome<MessageSent> | null>;
  /** Takes a message in the state `failed` away. */
  discard(message: ListedMessage): void;
  /** Shown at once, with `pending: true`, and taken back if the server refuses. */
  edit(
    messageId: string,
    message: string,
    fields?: EditFields,
  ): Promise<Outcome<RequestResult<'edit_message'>>>;
  react(messageId: string, reaction: string): Promise<Outcome<RequestResult<'react'>>>;
  unreact(messageId: string, reaction: string): Promise<Outcome<RequestResult<'unreact'>>>;
}

/** @param groupId null: no group; the list is empty, and requests are refused */
export function useMessages(groupId: string | null): Messages {
  const observed = useObservedClient();
  const { client } = observed;
  const messages = observed.messages(groupId);
  const typing = observed.typing(groupId);
  const actions = useMemo(() => {
    const group = groupId ?? '';
    // Before the component is shown and after it is gone there is no watch, and nothing to show.
    const act = <R>(perform: (view: GroupView) => R) => messages.watch?.act(perform);
    return {
      loadOlder: async (limit?: number) => messages.watch?.loadOlder(limit),
      send: (message: string, fields: MessageFields = {}) => {
        typing.watch?.sent();
        return act((view) => view.send(message, fields)) ?? client.send(group, message, fields);
      },
      retry: async ({ request_id }: ListedMessage) => (await act((view) => view.retry(request_id))) ?? null,
      discard: ({ request_id }: ListedMessage) => act((view) => view.discard(request_id)),
      edit: (messageId: string, message: string, fields: EditFields = {}) =>
        act((view) => view.edit(messageId, message, fields)) ??
        client.editMessage(group, messageId, message, fields),
      react: (messageId: string, reaction: string) =>
        act((view) => view.react(messageId, reaction)) ?? client.react(group, messageId, reaction),
      unreact: (messageId: string, reaction: string) =>
        act((view) => view.unreact(messageId, reaction)) ?? client.unreact(group, messageId, reaction),
    };
  }, [client, messages, typing, groupId]);
  return useWith(useExternal(messages), actions);
}

export interface Members extends MembersState {
  /** Reads the next page of 200. */
  loadMore(): Promise<void>;
  /** Reads the list anew: in a group with the setting `membership_events: 'counts'`, joins and leaves are no entries. */
  reload(): Promise<void>;
}

export interface MembersOptions {
  /** Default: members of each status that the user may see, also applicants. */
  readonly status?: MemberStatus | undefined;
}

export function useMembers(groupId: string | null, { status }: MembersOptions = {}): Members {
  const members = useObservedClient().members(groupId, status);
  const actions = useMemo(
    () => ({
      loadMore: async () => members.watch?.loadMore(),
      reload: async () => members.watch?.reload(),
    }),
    [members],
  );
  return useWith(useExternal(members), actions);
}

/** Which users of a group are online. */
export function usePresence(groupId: string | null): PresenceState {
  return useExternal(useObservedClient().presence(groupId));
}

export interface Typing extends TypingState {
  /** Shows the other members that the user types, at most every 3 s. Call it with each change of the text. */
  report(): void;
}

export function useTyping(groupId: string | null): Typing {
  const typing = useObservedClient().typing(groupId);
  const actions = useMemo(() => ({ report: () => typing.watch?.report() }), [typing]);
  return useWith(useExternal(typing), actions);
}

function useWith<S extends object, A extends object>(state: S, actions: A): S & A {
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}
