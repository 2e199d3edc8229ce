import type { EngineSettings } from '@plenum/core';
import {
  type EngineHarness,
  engineSuite,
  feedTransportSuite,
  groupLogSuite,
  groupStoreSuite,
  harnessSettings,
  idleMuteSuite,
  leasesSuite,
  ManualClock,
  modelSuite,
  nudgesSuite,
  outboxSuite,
  presenceSuite,
  readMarksSuite,
  revocationsSuite,
  ruleMatrixSuite,
  seededRandom,
} from '@plenum/testkit';
import { createMemoryEngine } from './create-memory-engine.ts';

async function makeEngine(settings: Partial<EngineSettings> = {}): Promise<EngineHarness> {
  const clock = new ManualClock();
  const engine = createMemoryEngine({
    random: seededRandom(),
    clock,
    settings: { ...harnessSettings, ...settings },
    wallBaseMs: Date.UTC(2025, 0, 15, 10, 30),
  });
  return {
    engine,
    advance: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}

ruleMatrixSuite('memory', makeEngine);
groupStoreSuite('memory', makeEngine);
groupLogSuite('memory', makeEngine);
feedTransportSuite('memory', makeEngine);
nudgesSuite('memory', makeEngine);
presenceSuite('memory', makeEngine);
readMarksSuite('memory', makeEngine);
revocationsSuite('memory', makeEngine);
outboxSuite('memory', makeEngine);
engineSuite('memory', makeEngine);
idleMuteSuite('memory', makeEngine);
leasesSuite('memory', makeEngine);
modelSuite('memory', makeEngine, { makeModel: makeEngine, runs: 100, commands: 40 });
