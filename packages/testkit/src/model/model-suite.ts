/** Runs random histories: the engine under test must give the same answers as the memory engine, and show the same state. */
import type { EngineSettings } from '@plenum/core';
import type { GroupType } from '@plenum/protocol';
import * as fc from 'fast-check';
import { afterAll, describe, test } from 'vitest';
import type { EngineHarness, MakeEngine } from '../scene/engine-harness.ts';
import { groupType } from './asks.ts';
import { Side } from './side.ts';
import { beginning, step } from './steps.ts';
import { World } from './world.ts';

export interface ModelOptions {
  /** Makes the memory engine with a manual clock; called for every run. */
  readonly makeModel: MakeEngine;
  readonly runs: number;
  /** Steps of a run on average; a run may have up to twice as many. */
  readonly commands: number;
  /**
   * Default: 250. 1 for an engine whose own work waits for the clock of the test: both sides are of one age then, and do it
   * at the same steps.
   */
  readonly runsPerEngine?: number;
  /** Repeats the histories of a failed test, which prints its seed. */
  readonly seed?: number;
}

/** Settings without rate limits, whose effect would depend on the speed of the machine. Conformance tests cover them. */
const free: Partial<EngineSettings> = {
  ratePerSec: 1_000_000,
  rateBurst: 1_000_000,
  membershipRatePerSec: 1_000_000,
  changeRatePerSec: 1_000_000,
  changeRateBurst: 1_000_000,
  appendRatePerSec: 1_000_000,
  appendRateBurst: 1_000_000,
  membershipRateBurst: 1_000_000,
};
/** The users' lists of groups grow with every run, so a new engine replaces it after these. */
const usualRunsPerEngine = 250;
/** Far more than a run needs; it ends a run that hangs. */
const runTimeoutMs = 1000;
const baseTimeoutMs = 60_000;

export function modelSuite(name: string, makeEngine: MakeEngine, options: ModelOptions): void {
  const { makeModel, runs, commands, runsPerEngine = usualRunsPerEngine, seed } = options;
  describe(`${name}: model`, () => {
    let harness: EngineHarness | null = null;
    let begun = 0;
    afterAll(() => harness?.[Symbol.asyncDispose]());

    async function engineForNextRun(): Promise<EngineHarness> {
      if (harness === null || begun % runsPerEngine === 0) {
        await harness?.[Symbol.asyncDispose]();
        harness = await makeEngine(free);
      }
      begun += 1;
      return harness;
    }

    async function run(type: GroupType, history: Iterable<fc.AsyncCommand<World, World>>) {
      const system = await engineForNextRun();
      /** Ids ascend from run to run, so a page of memberships can begin at this run. */
      const id = `run-${String(begun).padStart(9, '0')}`;
      await using model = await makeModel(free);
      const world = new World({ model: new Side(model, id), system: new Side(system, id) });
      for (const attempt of beginning(type)) await world.ask(attempt);
      await fc.asyncModelRun(() => ({ model: world, real: world }), history);
      await world.expectSameEverywhere();
    }

    test(
      `${runs} random histories have the same answers`,
      () =>
        fc.assert(
          fc.asyncProperty(groupType, fc.commands([step], { maxCommands: 2 * commands, size: 'max' }), run),
          { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
        ),
      baseTimeoutMs + runs * runTimeoutMs,
    );
  });
}
