export type { Anomalies, AnomalyKind } from './anomalies.ts';
export { redisName } from './connections/address.ts';
export type { RedisRole } from './connections/connections.ts';
export { createRedisEngine, type RedisEngine, type RedisEngineOptions } from './create-redis-engine.ts';
export { lackingAdapters } from './delivery/delivery-kinds.ts';
export { openRebuiltStore, type RebuiltStoreOptions } from './rebuilding/open-rebuilt-store.ts';
