import { expect, test } from 'vitest';
import { commitsAreEntitled } from './commits-entitled.ts';
import type { LeaseEvent } from './history.ts';
import { soundRun } from './sound-run.ts';

const event = (
  type: LeaseEvent['type'],
  token: number,
  { partition = 1, nodeId = 'ann' } = {},
): LeaseEvent => ({ type, partition, token, nodeId });
const byBob = { nodeId: 'bob' };

test.each([
  ['commits of the present owner', [event('granted', 5), event('committed', 5)], 0],
  ['the old token of another partition', [event('granted', 5), event('committed', 3, { partition: 2 })], 0],
  ['a commit of a zombie', [event('granted', 5), event('granted', 6, byBob), event('committed', 5)], 1],
  ['its refusal', [event('granted', 5), event('granted', 6, byBob), event('refused', 5)], 0],
  [
    'a zombie whose successor was not seen to be granted',
    [event('committed', 6, byBob), event('committed', 5)],
    1,
  ],
  ['a token that was given out before', [event('granted', 6), event('granted', 5)], 1],
  ['a token that two nodes have', [event('granted', 5), event('granted', 5, byBob)], 1],
  ['a commit under the token of another node', [event('granted', 5), event('committed', 5, byBob)], 1],
])('of %s so many are found', (_, leases, found) => {
  expect(commitsAreEntitled({ ...soundRun, leases })).toHaveLength(found);
});
