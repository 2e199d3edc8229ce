/** The public API of the library, `import … from 'plenum'`. */
export type {
  AnyPlenumRequest,
  PlenumClientEvents,
  PlenumRequest,
  PlenumRequests,
  PlenumServerEvents,
  PlenumTimedRequests,
} from '@plenum/client';
export {
  type AdapterCall,
  type Adapters,
  type Archive,
  type ArchiveEntry,
  type ArchiveEraser,
  type ArchivePage,
  type ArchiveReader,
  type ArchiveSearch,
  type ArchiveSearcher,
  type Authorization,
  type Clock,
  type DeliveredMessage,
  fail,
  type GuardedAction,
  type Logger,
  type Moderation,
  type Notifier,
  type OnFailure,
  PlenumError,
  type ProposedMessage,
  type Recipient,
  type RefusedEntries,
  type SendContext,
  type SendMiddleware,
  type SendOutcome,
  succeed,
  type TelemetryEvents,
  type Verdict,
  watchTelemetry,
} from '@plenum/core';
export type { AdmittedUser, Authenticate, HandshakeRequest } from '@plenum/gateway';
export {
  type CustomRequest,
  type CustomRequestCall,
  type CustomRequestOptions,
  defineRequest,
} from '@plenum/gateway';
export type {
  ErrorCode,
  Failure,
  FailureDetails,
  GroupEvent,
  HistoryEntry,
  MessageEvent,
  PresentMessage,
  PushEvent,
  PushPayload,
  RequestInput,
  RequestResult,
  RequestType,
  ResyncReason,
  Subscription,
  Tombstone,
} from '@plenum/protocol';
export type { ConfigFile } from './config/file.ts';
export { createPlenum, type Plenum } from './create-plenum.ts';
export type { ClusterApi } from './library/cluster-api.ts';
export type { DeadLettersApi } from './library/dead-letters-api.ts';
export type { GroupsApi } from './library/groups-api.ts';
export type { LibraryFailure, LibraryOutcome } from './library/library-outcome.ts';
export type { MessagesApi } from './library/messages-api.ts';
export type { GatewayPlace, OnFastify, OnServer, OwnPort, PlenumOptions } from './library/plenum-options.ts';
export type { SendMessage } from './library/send.ts';
export type { GroupListener, LibrarySubscription, SubscribeOptions } from './library/subscribe.ts';
export type { UsersApi } from './library/users-api.ts';
export { startTracing, type TracingOptions } from './tracing.ts';
