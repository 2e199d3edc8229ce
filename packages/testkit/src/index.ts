/** The tools of tests: conformance suites, servers that a test may kill, adapters that fail on command, a manual clock. */
export { freePort } from '@plenum/local-redis';
export type { AdapterFault } from './adapters/fault-switch.ts';
export { type RecordingArchive, recordingArchive } from './adapters/recording-archive.ts';
export {
  type Notification,
  type RecordingNotifier,
  recordingNotifier,
} from './adapters/recording-notifier.ts';
export {
  type AskedAction,
  type RecordingAuthorization,
  type RecordingModeration,
  recordingAuthorization,
  recordingModeration,
} from './adapters/recording-verdicts.ts';
export {
  type SampleMessage,
  sampleChange,
  sampleEvent,
  sampleGroup,
  sampleMessage,
  sampleMessages,
} from './adapters/sample-entries.ts';
export * from './commands.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { checkHistory, stateOf } from './history-checker/check-history.ts';
export {
  type ChangeAttempt,
  type Delivery,
  type EpochLog,
  type GivenCopy,
  type GivenEntry,
  type Harm,
  harms,
  type LeaseEvent,
  type Reading,
  type Resumption,
  type RunHistory,
  type Send,
  type ServedAdapter,
  type Violation,
} from './history-checker/history.ts';
export { lostAcks, withoutAnnouncedLoss } from './history-checker/without-announced-loss.ts';
export { ManualClock } from './manual-clock.ts';
export * from './message-commands.ts';
export { type ModelOptions, modelSuite } from './model/model-suite.ts';
export { type Changer, type NextChange, nextChange } from './next-change.ts';
export {
  obtainPostgresForTests,
  type PostgresForTests,
  type PostgresServer,
  startPostgres,
} from './postgres/postgres-server.ts';
export { ClusterSet, type ClusterSetOptions } from './redis/cluster-set.ts';
export { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './redis/fault-proxy.ts';
export { freshPrefix, obtainRedisForTests, type RedisForTests } from './redis/obtain-redis.ts';
export { startOneShardCluster } from './redis/one-shard-cluster.ts';
export { monitorRedis } from './redis/redis-monitor.ts';
export { type RedisServer, type RedisServerOptions, startRedis } from './redis/redis-server.ts';
export { SentinelSet, type SentinelSetOptions } from './redis/sentinel-set.ts';
export { asService, shippedRules, shippedUsers } from './redis/shipped-acl.ts';
export { type Cell, cells, type Standing } from './rules/cells.ts';
export {
  type EngineHarness,
  harnessSettings,
  type MakeEngine,
  onManualClock,
} from './scene/engine-harness.ts';
export { feedListener } from './scene/feed-listener.ts';
export { seededDraws } from './seeded-draws.ts';
export { seededRandom } from './seeded-random.ts';
export { CertificateAuthority, type Issued, type IssueOptions } from './server/certificates.ts';
export { type Ailing, type Ailment, gone, impatient, patient } from './suites/adapters/adapter-harness.ts';
export {
  describeArchiveReader,
  type MakeReadableArchive,
  type ReadableArchiveHarness,
} from './suites/adapters/archive-reader-suite.ts';
export { type ArchiveHarness, describeArchive, type MakeArchive } from './suites/adapters/archive-suite.ts';
export { describeChangedMessages } from './suites/adapters/changed-messages-suite.ts';
export {
  describeNotifier,
  type MakeNotifier,
  type NotifierHarness,
} from './suites/adapters/notifier-suite.ts';
export {
  type AuthorizationHarness,
  describeAuthorization,
  describeModeration,
  type ModerationHarness,
} from './suites/adapters/verdict-suite.ts';
export { auditListsSuite } from './suites/audit-lists-suite.ts';
export { canariesSuite } from './suites/canaries-suite.ts';
export { engineSuite, idleMuteSuite } from './suites/engine-suite.ts';
export { erasuresSuite } from './suites/erasures-suite.ts';
export { feedTransportSuite } from './suites/feed-transport-suite.ts';
export { groupLogSuite } from './suites/group-log-suite.ts';
export { groupStoreSuite } from './suites/group-store-suite.ts';
export { leasesSuite } from './suites/leases-suite.ts';
export { messageChangesSuite } from './suites/message-changes-suite.ts';
export { nodeChannelSuite } from './suites/node-channel-suite.ts';
export { notificationLevelsSuite } from './suites/notification-levels-suite.ts';
export { nudgesSuite } from './suites/nudges-suite.ts';
export { oneTimeCodesSuite } from './suites/one-time-codes-suite.ts';
export { outboxSuite } from './suites/outbox-suite.ts';
export { presenceSuite } from './suites/presence-suite.ts';
export { readMarksSuite, revocationsSuite } from './suites/read-marks-suite.ts';
export { ruleMatrixSuite } from './suites/rule-matrix-suite.ts';
