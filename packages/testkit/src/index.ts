export * from './commands.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { checkHistory, stateOf } from './history-checker/check-history.ts';
export type {
  Delivery,
  EpochLog,
  Resumption,
  RunHistory,
  Send,
  Violation,
} from './history-checker/history.ts';
export { ManualClock } from './manual-clock.ts';
export { type ModelOptions, modelSuite } from './model/model-suite.ts';
export { ClusterSet, type ClusterSetOptions } from './redis/cluster-set.ts';
export { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './redis/fault-proxy.ts';
export { freePort } from './redis/free-port.ts';
export { freshPrefix } from './redis/fresh-prefix.ts';
export { obtainRedisForTests, type RedisForTests } from './redis/obtain-redis.ts';
export { startOneShardCluster } from './redis/one-shard-cluster.ts';
export { type RedisServer, type RedisServerOptions, startRedis } from './redis/redis-server.ts';
export { SentinelSet, type SentinelSetOptions } from './redis/sentinel-set.ts';
export { seededRandom } from './seeded-random.ts';
export { type EngineHarness, harnessSettings, type MakeEngine } from './suites/engine-harness.ts';
export { engineSuite, idleMuteSuite } from './suites/engine-suite.ts';
export { feedTransportSuite } from './suites/feed-transport-suite.ts';
export { groupLogSuite } from './suites/group-log-suite.ts';
export { groupStoreSuite } from './suites/group-store-suite.ts';
export { nudgesSuite } from './suites/nudges-suite.ts';
export { ruleMatrixSuite } from './suites/rule-matrix-suite.ts';
