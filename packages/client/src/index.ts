/** The public API of the SDK, `import … from '@plenum/client'`. */
export type {
  FailureBody,
  GroupEvent,
  GroupInfo,
  MessageSent,
  RequestInput,
  RequestResult,
} from '@plenum/protocol';
export type { Backoff } from './backoff.ts';
export {
  type Client,
  type CreateSettings,
  createClient,
  type JoinOptions,
} from './client.ts';
export type { ClientEvents, Listener } from './client-events.ts';
export type { ClientOptions } from './client-options.ts';
export type { LossReason, Status } from './connection/lifecycle.ts';
export type {
  Credentials,
  Envelope,
  Link,
  LinkListeners,
  OpenLink,
  PushListeners,
  TokenFunction,
} from './connection/link.ts';
export { type SocketIoLinkOptions, socketIoLink } from './connection/socket-io-link.ts';
export type {
  BeginNotice,
  GroupPosition,
  KnownPosition,
  MessageEntry,
  RecoveredNotice,
  ResyncNotice,
  SeqRange,
} from './groups/effects.ts';
export type { GroupView, ViewEvents, ViewedClient, ViewOptions } from './messages/group-view.ts';
export { type FoldOptions, foldEntries, MessageFold, type Pin } from './messages/message-fold.ts';
export type { ShownMessage } from './messages/optimistic.ts';
export type { OutgoingMessage } from './messages/outgoing.ts';
export { createView } from './messages/view-of-group.ts';
export type {
  AnyPlenumRequest,
  PlenumClientEvents,
  PlenumRequest,
  PlenumRequests,
  PlenumServerEvents,
  PlenumTimedRequests,
} from './plain-socket.ts';
export { type Clock, type Network, type Random, systemClock } from './platform.ts';
export type { Outcome } from './requests/outcome.ts';
export type {
  EditFields,
  HistoryRange,
  InviteMethods,
  MarksPage,
  MessageFields,
  MessageMethods,
  NotificationLevel,
  PlainRequestType,
  ReactionPage,
  RequestOptions,
  SearchPage,
} from './requests/typed-requests.ts';
