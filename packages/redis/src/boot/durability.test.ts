import { expect, test } from 'vitest';
import { type DurabilityFacts, durabilityClass } from './durability.ts';

const everysec: DurabilityFacts = {
  isAppendOnly: true,
  appendfsync: 'everysec',
  minReplicasToWrite: 0,
  replicas: 0,
};

test.each<[string, Partial<DurabilityFacts>, string]>([
  ['no append-only file', { isAppendOnly: false }, 'D0'],
  ['no append-only file, whatever CONFIG hides', { isAppendOnly: false, appendfsync: null }, 'D0'],
  ['an append-only file that the system writes when it likes', { appendfsync: 'no' }, 'D0'],
  ['an append-only file synced every second', {}, 'D1'],
  ['an append-only file synced always', { appendfsync: 'always' }, 'D2'],
  ['a required replica that is there', { minReplicasToWrite: 1, replicas: 1 }, 'D3'],
  ['a replica that is not required', { replicas: 1 }, 'D1'],
  ['an append-only file and a refused CONFIG', { appendfsync: null }, 'unknown'],
])('%s has its class', (_, facts, expected) => {
  expect(durabilityClass({ ...everysec, ...facts })).toBe(expected);
});
