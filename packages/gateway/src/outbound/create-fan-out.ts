import type { Clock, FanOut, Logger } from '@plenum/core';
import { CoalescedFanOut } from './coalesced.ts';
import { createPlainFanOut } from './plain.ts';

export type FanOutMode = 'coalesced' | 'plain';

export interface FanOutDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Default `coalesced`. */
  readonly mode?: FanOutMode;
}

export const createFanOut = ({ logger, clock, mode = 'coalesced' }: FanOutDeps): FanOut =>
  mode === 'plain' ? createPlainFanOut(logger) : new CoalescedFanOut({ logger, clock });
