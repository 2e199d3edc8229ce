import { describe } from 'vitest';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { admitting } from './log/admitting.ts';
import { appending } from './log/appending.ts';
import { ephemeral } from './log/ephemeral.ts';
import { extras } from './log/extras.ts';
import { importing } from './log/importing.ts';
import { keepingLess } from './log/keeping-less.ts';
import { posting } from './log/posting.ts';
import { ranges } from './log/ranges.ts';
import { rateLimiting } from './log/rate-limiting.ts';

/** Tests what every `GroupLog` guarantees, except the rules, which the rule matrix tests. */
export function groupLogSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: group log`, () => {
    appending(makeEngine);
    admitting(makeEngine);
    extras(makeEngine);
    ephemeral(makeEngine);
    ranges(makeEngine);
    importing(makeEngine);
    rateLimiting(makeEngine);
    posting(makeEngine);
    keepingLess(makeEngine);
  });
}
