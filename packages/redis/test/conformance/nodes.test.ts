import { Ownership, systemClock } from '@plenum/core';
import {
  auditListsSuite,
  canariesSuite,
  engineSuite,
  erasuresSuite,
  idleMuteSuite,
  leasesSuite,
  type MakeEngine,
  nodeChannelSuite,
  oneTimeCodesSuite,
  presenceSuite,
  revocationsSuite,
} from '@plenum/testkit';
import { keepingLogger, systemRandom } from '../start-engine.ts';
import { engineOnRedis } from './engine-on-redis.ts';

const makeEngine = engineOnRedis();

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

engineSuite('redis', makeEngine);
presenceSuite('redis', makeEngine);
auditListsSuite('redis', makeEngine);
canariesSuite('redis', makeEngine);
oneTimeCodesSuite('redis', makeEngine);
revocationsSuite('redis', makeEngine);
erasuresSuite('redis', makeEngine);
leasesSuite('redis', makeEngine);
nodeChannelSuite('redis', makeEngine);
idleMuteSuite('redis', makeOwningEngine);
