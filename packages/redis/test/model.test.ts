/**
 * Random histories on a real Redis against the memory engine. `PLENUM_MODEL_RUNS` makes a long run of it, and
 * `PLENUM_MODEL_SEED` repeats the histories of a failed one, which prints its seed.
 */
import { createMemoryEngine } from '@plenum/memory';
import { modelSuite, obtainRedisForTests, onManualClock, type RedisForTests } from '@plenum/testkit';
import { afterAll, beforeAll } from 'vitest';
import { startHarness } from './start-engine.ts';

const seed = process.env['PLENUM_MODEL_SEED'];

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

modelSuite('redis', (settings) => startHarness(redis.url, settings), {
  makeModel: onManualClock(createMemoryEngine),
  runs: Number(process.env['PLENUM_MODEL_RUNS'] ?? 300),
  commands: 40,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});
