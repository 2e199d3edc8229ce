import {
  type Clock,
  defaultEngineSettings,
  type Engine,
  type EngineSettings,
  type Random,
} from '@plenum/core';
import { ManualClock } from '../manual-clock.ts';
import { seededRandom } from '../seeded-random.ts';

/** An empty engine, and a way to let its time pass. */
export interface EngineHarness extends AsyncDisposable {
  readonly engine: Engine;
  /** Resolves when the engine's clock has moved on by `ms`: a manual clock's at once, Redis' by waiting. */
  advance(ms: number): Promise<void>;
}

/** The settings of an engine under test: no rates and limits for changes, since one user of the suites makes hundreds. */
export const harnessSettings: EngineSettings = {
  ...defaultEngineSettings,
  membershipRatePerSec: 10_000,
  membershipRateBurst: 10_000,
  changeRatePerSec: 10_000,
  changeRateBurst: 10_000,
  groupsPerUserMax: 0,
  requestsPerUserMax: 0,
};

/** @param settings what differs from `harnessSettings`. */
export type MakeEngine = (settings?: Partial<EngineSettings>) => Promise<EngineHarness>;

interface EngineDeps {
  readonly random: Random;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  /** What the engine's clock shows at its start, ms since 1970. */
  readonly wallBaseMs: number;
}

/** Engines in one process whose time moves only when a test moves it. */
export const onManualClock =
  (create: (deps: EngineDeps) => Engine): MakeEngine =>
  async (settings = {}) => {
    const clock = new ManualClock();
    const engine = create({
      random: seededRandom(),
      clock,
      settings: { ...harnessSettings, ...settings },
      wallBaseMs: Date.UTC(2025, 0, 15, 10, 30),
    });
    return { engine, advance: (ms) => clock.advance(ms), [Symbol.asyncDispose]: () => engine.close() };
  };
