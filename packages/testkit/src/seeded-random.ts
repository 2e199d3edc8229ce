import type { Random } from '@plenum/core';

/** Tokens that are the same in every run, and never repeat within a run. */
export function seededRandom(seed = 1): Random {
  let drawn = 0;
  return {
    token: () => {
      drawn += 1;
      return seed.toString(16).padStart(8, '0') + drawn.toString(16).padStart(8, '0');
    },
  };
}
