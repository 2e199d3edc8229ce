import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { TroubledGroups } from './troubled-groups.ts';

const [bad, good] = [groupIdSchema.parse('bad'), groupIdSchema.parse('good')];

test('a group is in trouble when two of its entries in a row are to blame, until one is answered', () => {
  const troubled = new TroubledGroups();
  troubled.blame(bad);
  expect(troubled.has(bad)).toBe(false);
  troubled.blame(bad);
  expect([troubled.has(bad), troubled.has(good)]).toEqual([true, false]);
  troubled.answered(bad);
  troubled.blame(bad);
  expect(troubled.has(bad)).toBe(false);
});
