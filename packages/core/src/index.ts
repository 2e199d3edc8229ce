/** The domain: operations, feeds, ownership, delivery and the ports of the engines and adapters. */
export * from './adapters/breaker.ts';
export * from './adapters/guarded-call.ts';
export {
  errorSummary,
  Limiter,
  singleFlight,
  type TimedResult,
  withTimeout,
} from './concurrency/bounded-calls.ts';
export { backoff } from './concurrency/retry.ts';
export * from './concurrency/run-loop.ts';
export * from './core.ts';
export * from './delivery/create-delivery-work.ts';
export * from './delivery/delivery-settings.ts';
export * from './even-tags.ts';
export * from './feed/feed-host.ts';
export * from './feed/feed-sink.ts';
export { nudgeUninvited } from './feed/uninvited.ts';
export * from './groups/activity.ts';
export * from './groups/bounds.ts';
export * from './groups/commands.ts';
export * from './groups/records.ts';
export * from './groups/rule-conditions.ts';
export * from './groups/rule-table.ts';
export { ArchiveErasing } from './housekeeping/archive-erasing.ts';
export { type CanaryEndsDeps, endCanaries } from './housekeeping/canary-ends.ts';
export * from './housekeeping/due-work.ts';
export { Eraser } from './housekeeping/eraser.ts';
export * from './housekeeping/findings.ts';
export { MessageEraser } from './housekeeping/message-eraser.ts';
export { MessageTimer } from './housekeeping/message-timer.ts';
export * from './housekeeping/partition-rounds.ts';
export * from './log/draft.ts';
export * from './log/entry.ts';
export { isPast, shownAt, tombstoneOf } from './log/expiry.ts';
export type { KnownState } from './log/known-state.ts';
export * from './log/message-commands.ts';
export type { ClusterOperations } from './operations/administration.ts';
export { AppendGatherer } from './operations/append-gatherer.ts';
export { AuditLog } from './operations/audit-log.ts';
export * from './operations/operations.ts';
export type { UsualMessage, UsualSend } from './operations/send.ts';
export * from './outcome/outcome.ts';
export { ownerOf, ownersOf } from './ownership/owner-of.ts';
export * from './ownership/ownership.ts';
export * from './partitions.ts';
export * from './ports/adapters.ts';
export * from './ports/audit-lists.ts';
export * from './ports/authentication.ts';
export * from './ports/canaries.ts';
export * from './ports/dead-letters.ts';
export * from './ports/devices.ts';
export * from './ports/engine.ts';
export * from './ports/engine-settings.ts';
export * from './ports/erasures.ts';
export * from './ports/group-log.ts';
export * from './ports/group-store.ts';
export * from './ports/imports.ts';
export * from './ports/leases.ts';
export * from './ports/message-changes.ts';
export * from './ports/node-channel.ts';
export * from './ports/one-time-codes.ts';
export * from './ports/outbox.ts';
export * from './ports/presence.ts';
export * from './ports/pubsub.ts';
export * from './ports/runtime.ts';
export * from './ports/timed-messages.ts';
export * from './presence/presence-cleanup.ts';
export type { SendContext, SendMiddleware, SendOutcome } from './send/custom-middleware.ts';
export { defaultMiddlewares, orderProblems } from './send/steps.ts';
export * from './telemetry/events.ts';
export { MessageProbe } from './telemetry/message-probe.ts';
export type { TracedEntry } from './telemetry/traced-entries.ts';
export * from './telemetry/traced-work.ts';
export type { TraceOrder } from './watching/trace-message.ts';
export type { DevicesQuery } from './watching/user-devices.ts';
export { Watching, type WatchOperations } from './watching/watching.ts';
