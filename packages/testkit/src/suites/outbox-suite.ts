import { describe } from 'vitest';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { passing } from './outbox/passing.ts';
import { refusing } from './outbox/refusing.ts';

/** What every `Outbox` and its `DeadLetters` guarantee. */
export function outboxSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: outbox`, () => {
    passing(makeEngine);
    refusing(makeEngine);
  });
}
