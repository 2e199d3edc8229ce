import { type GroupEvent, groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { ArchivedGroups, RestoredGroup } from '../ports/rebuilding.ts';
import { rebuildGroups } from './rebuild.ts';

const hall = groupIdSchema.parse('hall');
const created: GroupEvent = {
  ...{ group_id: hall, type: 'created', user_id: 'ann', group_type: 'public' },
  ...{ epoch: 'b', seq: 1, timestamp: new Date(0).toISOString() },
};

/** An archive with one group. */
const archive = (isMadeAnew: boolean): ArchivedGroups => ({
  groupIds: async (after) => (after === null ? [hall] : []),
  life: async () => ({ created, epochs: [{ epoch: 'b', endSeq: 1 }], missing: 0, isMadeAnew }),
  events: async () => [created],
  recentSends: async () => [],
  expiries: async () => [],
});

test.each([true, false])('a group that was made anew before the rebuild is named: %s', async (isMadeAnew) => {
  const restored: RestoredGroup[] = [];
  const store = { has: async () => false, restore: async (group: RestoredGroup) => void restored.push(group) };
  const options = { archive: archive(isMadeAnew), store, sendsSinceMs: 0, onGroup: () => {} };
  const report = await rebuildGroups(options);
  expect(restored).toMatchObject([{ groupId: hall, creator: 'ann', seq: 1 }]);
  expect(report).toMatchObject({ rebuilt: 1, madeAnew: isMadeAnew ? [hall] : [] });
});
