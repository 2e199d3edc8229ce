export type { Backoff } from './backoff.ts';
export {
  type Client,
  type CreateSettings,
  createClient,
  type HistoryRange,
  type MessageFields,
  type PlainRequestType,
  type RequestOptions,
} from './client.ts';
export type { ClientEvents, Listener } from './client-events.ts';
export type { ClientOptions } from './client-options.ts';
export type { TokenFunction } from './connection/connection.ts';
export type { LossReason, Status } from './connection/lifecycle.ts';
export type {
  Credentials,
  Envelope,
  Link,
  LinkListeners,
  OpenLink,
  PushListeners,
} from './connection/link.ts';
export type {
  KnownPosition,
  MessageEntry,
  RecoveredNotice,
  ResyncNotice,
  SeqRange,
} from './groups/effects.ts';
export type { GroupPosition } from './groups/groups.ts';
export type { Clock, Network, Random } from './platform.ts';
export type { Outcome } from './requests/outcome.ts';
