import { defaultEngineSettings, type Engine, type EngineSettings } from '@plenum/core';

/** An engine with nothing in it, and a way to let its time pass. */
export interface EngineHarness extends AsyncDisposable {
  readonly engine: Engine;
  /** Resolves when the engine's clock has moved on by `ms`: a manual clock's at once, Redis' by waiting. */
  advance(ms: number): Promise<void>;
}

/** The settings of an engine under test. One user of the suites founds and joins hundreds of groups: that is free here. */
export const harnessSettings: EngineSettings = {
  ...defaultEngineSettings,
  membershipRatePerSec: 10_000,
  membershipRateBurst: 10_000,
};

/** @param settings what differs from `harnessSettings`. */
export type MakeEngine = (settings?: Partial<EngineSettings>) => Promise<EngineHarness>;
