/**
 * Random histories on a real Redis against the memory engine. `PLENUM_MODEL_RUNS` makes a long run of it, and
 * `PLENUM_MODEL_SEED` repeats the histories of a failed one, which prints its seed.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '@plenum/core';
import { createMemoryEngine } from '@plenum/memory';
import {
  freshPrefix,
  harnessSettings,
  type MakeEngine,
  ManualClock,
  modelSuite,
  obtainRedisForTests,
  type RedisForTests,
  seededRandom,
} from '@plenum/testkit';
import { afterAll, beforeAll } from 'vitest';
import { createRedisEngine } from '../src/index.ts';
import { keepingLogger, systemRandom } from './start-engine.ts';

const seed = process.env['PLENUM_MODEL_SEED'];

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

const makeModel: MakeEngine = async (settings = {}) => {
  const clock = new ManualClock();
  const engine = createMemoryEngine({
    random: seededRandom(),
    clock,
    settings: { ...harnessSettings, ...settings },
    wallBaseMs: Date.UTC(2025, 0, 15, 10, 30),
  });
  return { engine, advance: (ms) => clock.advance(ms), [Symbol.asyncDispose]: () => engine.close() };
};

const makeEngine: MakeEngine = async (settings = {}) => {
  const engine = await createRedisEngine({
    url: redis.url,
    prefix: freshPrefix(),
    random: systemRandom,
    clock: systemClock,
    settings: { ...harnessSettings, ...settings },
    logger: keepingLogger(),
  });
  return { engine, advance: (ms) => wait(ms), [Symbol.asyncDispose]: () => engine.close() };
};

modelSuite('redis', makeEngine, {
  makeModel,
  runs: Number(process.env['PLENUM_MODEL_RUNS'] ?? 300),
  commands: 40,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});
