import type { Engine, EngineSettings } from '@plenum/core';

/** An engine with nothing in it, and a way to let its time pass. */
export interface EngineHarness extends AsyncDisposable {
  readonly engine: Engine;
  /** Resolves when the engine's clock has moved on by `ms`: a manual clock's at once, Redis' by waiting. */
  advance(ms: number): Promise<void>;
}

/** @param settings what differs from `defaultEngineSettings`. */
export type MakeEngine = (settings?: Partial<EngineSettings>) => Promise<EngineHarness>;
