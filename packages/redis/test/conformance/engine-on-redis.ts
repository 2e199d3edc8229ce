import { type MakeEngine, obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import { afterAll, beforeAll } from 'vitest';
import { startHarness } from '../start-engine.ts';

/** Makes engines on one Redis, which is there for as long as the tests of this file run. */
export function engineOnRedis(): MakeEngine {
  let redis: RedisForTests | undefined;
  beforeAll(async () => {
    redis = await obtainRedisForTests();
  });
  afterAll(() => redis?.dispose());
  return (settings) => {
    if (redis === undefined) throw new Error('an engine is made before the Redis runs');
    return startHarness(redis.url, settings);
  };
}
