/** Tests codes that count once on every engine. */
import { describe, expect, test } from 'vitest';
import type { MakeEngine } from '../scene/engine-harness.ts';

const minuteMs = 60_000;

/** What every `OneTimeCodes` does. */
export function oneTimeCodesSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: one-time codes`, () => {
    test('of a hundred who take a code at once, one gets it', async () => {
      await using harness = await makeEngine();
      const { codes } = harness.engine;
      await codes.keep('digest', minuteMs);
      const taken = await Promise.all(Array.from({ length: 100 }, () => codes.take('digest')));
      expect(taken.filter((isTaken) => isTaken)).toHaveLength(1);
      expect(await codes.take('digest')).toBe(false);
    });

    test('a code that was never kept, or is past its time, counts for nothing', async () => {
      await using harness = await makeEngine();
      const { codes } = harness.engine;
      expect(await codes.take('unknown')).toBe(false);
      await codes.keep('short', 100);
      await codes.keep('long', minuteMs);
      await harness.advance(200);
      expect(await codes.take('short')).toBe(false);
      expect(await codes.take('long')).toBe(true);
    });
  });
}
