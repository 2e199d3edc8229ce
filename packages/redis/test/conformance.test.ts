import { Ownership, systemClock } from '@plenum/core';
import {
  engineSuite,
  feedTransportSuite,
  groupLogSuite,
  groupStoreSuite,
  idleMuteSuite,
  leasesSuite,
  type MakeEngine,
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
import { keepingLogger, startHarness, systemRandom } from './start-engine.ts';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

const makeEngine: MakeEngine = (settings) => startHarness(redis.url, settings);

/** An engine whose node owns every partition. */
const makeOwningEngine: MakeEngine = async (settings) => {
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
};

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
