import {
  auditListsSuite,
  canariesSuite,
  engineSuite,
  erasuresSuite,
  feedTransportSuite,
  groupLogSuite,
  groupStoreSuite,
  idleMuteSuite,
  leasesSuite,
  messageChangesSuite,
  modelSuite,
  nodeChannelSuite,
  notificationLevelsSuite,
  nudgesSuite,
  oneTimeCodesSuite,
  onManualClock,
  outboxSuite,
  presenceSuite,
  readMarksSuite,
  revocationsSuite,
  ruleMatrixSuite,
} from '@plenum/testkit';
import { createMemoryEngine } from './create-memory-engine.ts';

const makeEngine = onManualClock(createMemoryEngine);

auditListsSuite('memory', makeEngine);
canariesSuite('memory', makeEngine);
ruleMatrixSuite('memory', makeEngine);
groupStoreSuite('memory', makeEngine);
groupLogSuite('memory', makeEngine);
messageChangesSuite('memory', makeEngine, { runs: 100 });
feedTransportSuite('memory', makeEngine);
nudgesSuite('memory', makeEngine);
presenceSuite('memory', makeEngine);
readMarksSuite('memory', makeEngine);
notificationLevelsSuite('memory', makeEngine);
oneTimeCodesSuite('memory', makeEngine);
revocationsSuite('memory', makeEngine);
outboxSuite('memory', makeEngine);
engineSuite('memory', makeEngine);
idleMuteSuite('memory', makeEngine);
erasuresSuite('memory', makeEngine);
leasesSuite('memory', makeEngine);
nodeChannelSuite('memory', makeEngine);
modelSuite('memory', makeEngine, { makeModel: makeEngine, runs: 100, commands: 40, runsPerEngine: 1 });
