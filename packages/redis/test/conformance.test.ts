import { setTimeout as wait } from 'node:timers/promises';
import { type EngineSettings, systemClock } from '@plenum/core';
import {
  type EngineHarness,
  engineSuite,
  feedTransportSuite,
  freshPrefix,
  groupLogSuite,
  groupStoreSuite,
  harnessSettings,
  idleMuteSuite,
  nudgesSuite,
  obtainRedisForTests,
  type RedisForTests,
  ruleMatrixSuite,
} from '@plenum/testkit';
import { afterAll, beforeAll } from 'vitest';
import { createRedisEngine } from '../src/index.ts';
import { keepingLogger, systemRandom } from './start-engine.ts';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

/** An engine under a prefix of its own; its clock is that of Redis, so time passes by waiting. */
async function makeEngine(settings: Partial<EngineSettings> = {}): Promise<EngineHarness> {
  const engine = await createRedisEngine({
    url: redis.url,
    prefix: freshPrefix(),
    random: systemRandom,
    clock: systemClock,
    settings: { ...harnessSettings, ...settings },
    logger: keepingLogger(),
  });
  return { engine, advance: (ms) => wait(ms), [Symbol.asyncDispose]: () => engine.close() };
}

ruleMatrixSuite('redis', makeEngine);
groupStoreSuite('redis', makeEngine);
groupLogSuite('redis', makeEngine);
feedTransportSuite('redis', makeEngine);
nudgesSuite('redis', makeEngine);
engineSuite('redis', makeEngine);
idleMuteSuite('redis', makeEngine);
