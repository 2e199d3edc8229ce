import { expect, test } from 'vitest';
import { faultsFrom, faultsOf } from './fault-list.ts';

const others = ['kill', 'drain', 'redis-failover', 'redis-partition', 'client-partition', 'slow'];

test('all is each fault once; with another build between the upgrade and the way back', () => {
  expect(faultsOf(faultsFrom('all'), false)).toEqual(others);
  expect(faultsOf(faultsFrom('kill, all,kill'), true)).toEqual([
    ...['kill', 'upgrade', ...others, 'rollback', 'kill'],
  ]);
});

test.each([
  ['', '"" is none of kill, drain, redis-failover, redis-partition, client-partition, slow, upgrade,'],
  ['kill,,drain', '"" is none of kill'],
  ['kill,Drain', '"Drain" is none of kill'],
  [Array(1001).fill('kill').join(), 'at most 1000 faults are expected'],
])('what is no list of faults is refused: %.20s', (text, why) => {
  expect(() => faultsFrom(text)).toThrow(why);
});

test.each([
  ['upgrade', false, '--faults upgrade needs --from: the folder of another version of Plenum'],
  ['kill', true, '--from has no use without the fault upgrade or rollback'],
  ['upgrade,kill,upgrade', true, '--faults has upgrade twice in a row'],
])('%s with another build: %s is refused', (text, hasOther, why) => {
  expect(() => faultsOf(faultsFrom(text), hasOther)).toThrow(why);
});
