import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedGroup } from './simulated-group.ts';

type Step = (group: SimulatedGroup) => void;
const small = fc.integer({ min: 0, max: 9 });

const step: fc.Arbitrary<[string, Step]> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<[string, Step]>(['append', (group) => group.append()]) },
  { weight: 8, arbitrary: fc.constant<[string, Step]>(['feed', (group) => group.feed()]) },
  { weight: 8, arbitrary: fc.constant<[string, Step]>(['arrive', (group) => group.arrive()]) },
  { weight: 1, arbitrary: fc.constant<[string, Step]>(['lose', (group) => group.arrive('never')]) },
  { weight: 1, arbitrary: fc.constant<[string, Step]>(['double', (group) => group.arrive('twice')]) },
  { weight: 4, arbitrary: fc.constant<[string, Step]>(['page', (group) => group.answerRead()]) },
  { weight: 4, arbitrary: fc.constant<[string, Step]>(['verify', (group) => group.answerVerify()]) },
  { weight: 2, arbitrary: fc.constant<[string, Step]>(['disconnect', (group) => group.disconnect()]) },
  { weight: 4, arbitrary: fc.constant<[string, Step]>(['connect', (group) => group.connect()]) },
  { weight: 1, arbitrary: fc.constant<[string, Step]>(['from now', (group) => group.attachFromNow()]) },
  { weight: 1, arbitrary: small.map((n): [string, Step] => [`trim ${n}`, (group) => group.trim(n)]) },
  {
    weight: 1,
    arbitrary: small.map((n): [string, Step] => [`roll back ${n}`, (group) => group.rollBack(n)]),
  },
);

/** All that is in progress ends. */
function settle(group: SimulatedGroup): void {
  for (let rounds = 0; !group.isQuiet; rounds += 1) {
    if (rounds > 10_000) throw new Error('it never comes to rest');
    group.feed();
    group.arrive();
    group.answerRead();
    group.answerVerify();
  }
}

test('after any loss, trim, rollback or cut the application knows the log or what it lacks', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const group = new SimulatedGroup();
      group.connect();
      for (const [, perform] of steps) perform(group);
      group.connect();
      group.feed();
      settle(group);
      if (steps.every(([name]) => name !== 'lose')) expect(group.disagreements()).toEqual([]);
      // A lost entry shows a gap only when another one follows it.
      group.append();
      group.feed();
      settle(group);
      expect(group.sequence.phase).toBe('live');
      expect(group.disagreements()).toEqual([]);
    }),
    { numRuns: 5000 },
  );
});

test('on a sound link nothing is ever broken', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('append', 'feed', 'arrive', 'cut'), { maxLength: 40 }), (steps) => {
      const group = new SimulatedGroup();
      group.connect();
      for (const name of steps) {
        if (name === 'append') group.append();
        else if (name === 'feed') group.feed();
        else if (name === 'arrive') group.arrive();
        else {
          settle(group);
          group.disconnect();
          group.connect();
        }
      }
      group.feed();
      settle(group);
      expect(group.resyncs).toEqual([]);
      expect(group.disagreements()).toEqual([]);
    }),
  );
});
