import { setTimeout as wait } from 'node:timers/promises';
import { type EngineSettings, Ownership, systemClock } from '@plenum/core';
import {
  type EngineHarness,
  engineSuite,
  feedTransportSuite,
  freshPrefix,
  groupLogSuite,
  groupStoreSuite,
  harnessSettings,
  idleMuteSuite,
  leasesSuite,
  nudgesSuite,
  obtainRedisForTests,
  outboxSuite,
  presenceSuite,
  type RedisForTests,
  readMarksSuite,
  revocationsSuite,
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

/** An engine whose node owns every partition. */
async function makeOwningEngine(settings: Partial<EngineSettings> = {}): Promise<EngineHarness> {
  const harness = await makeEngine(settings);
  const { nodes, leases, partitionWorks: works } = harness.engine;
  const ownership = new Ownership({
    nodes,
    leases,
    works,
    card: { nodeId: systemRandom.token(), url: null, version: '0.0.0', strategy: 'owner' },
    clock: systemClock,
    logger: keepingLogger(),
  });
  await ownership.start();
  return {
    ...harness,
    [Symbol.asyncDispose]: async () => {
      await ownership.stop();
      await harness[Symbol.asyncDispose]();
    },
  };
}

ruleMatrixSuite('redis', makeEngine);
groupStoreSuite('redis', makeEngine);
groupLogSuite('redis', makeEngine);
feedTransportSuite('redis', makeEngine);
nudgesSuite('redis', makeEngine);
presenceSuite('redis', makeEngine);
readMarksSuite('redis', makeEngine);
revocationsSuite('redis', makeEngine);
outboxSuite('redis', makeEngine);
engineSuite('redis', makeEngine);
leasesSuite('redis', makeEngine);
idleMuteSuite('redis', makeOwningEngine);
