export type { Backoff } from './backoff.ts';
export {
  type Client,
  type CreateSettings,
  createClient,
  type HistoryRange,
  type PlainRequestType,
  type RequestOptions,
} from './client.ts';
export type { ClientEvents } from './client-events.ts';
export type { ClientOptions } from './client-options.ts';
export type { Clock } from './clock.ts';
export type { LossReason, Status } from './connection/lifecycle.ts';
export type {
  Credentials,
  Envelope,
  Link,
  LinkListeners,
  OpenLink,
  PushListeners,
} from './connection/link.ts';
export type { TokenFunction } from './connection/token-source.ts';
export type { RecoveredNotice, ResyncNotice } from './groups/effects.ts';
export type { KnownPosition, MessageEntry, SeqRange } from './groups/entry.ts';
export type { GroupPosition } from './groups/groups.ts';
export type { Listener } from './listeners.ts';
export type { Network } from './network.ts';
export type { Random } from './random.ts';
export type { Outcome } from './requests/outcome.ts';
