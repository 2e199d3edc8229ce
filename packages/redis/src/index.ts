export type { Anomalies, AnomalyKind } from './anomalies.ts';
export type { RedisRole } from './connections.ts';
export { createRedisEngine, type RedisEngine, type RedisEngineOptions } from './create-redis-engine.ts';
export { redisName } from './redis-address.ts';
