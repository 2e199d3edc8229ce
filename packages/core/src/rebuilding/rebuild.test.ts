import { type GroupEvent, groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { PlenumError } from '../outcome/outcome.ts';
import type { ArchivedGroups, RestoredGroup } from '../ports/rebuilding.ts';
import { rebuildGroups } from './rebuild.ts';

const hall = groupIdSchema.parse('hall');
const created: GroupEvent = {
  ...{ group_id: hall, type: 'created', user_id: 'ann', group_type: 'public' },
  ...{ epoch: 'b', seq: 1, timestamp: new Date(0).toISOString() },
};

/** An archive with one group. */
const archive = (parts: Partial<ArchivedGroups> = {}, isMadeAnew = false): ArchivedGroups => ({
  groupIds: async (after) => (after === null ? [hall] : []),
  life: async () => ({ created, epochs: [{ epoch: 'b', endSeq: 1 }], missing: 0, isMadeAnew }),
  events: async () => [created],
  recentSends: async () => [],
  expiries: async () => [],
  ...parts,
});

async function rebuilt(from: ArchivedGroups) {
  const restored: RestoredGroup[] = [];
  const restore = async (group: RestoredGroup) => void restored.push(group);
  const store = { has: async () => false, restore };
  const report = await rebuildGroups({ archive: from, store, sendsSinceMs: 0, onGroup: () => {} });
  return { restored, report };
}

test.each([true, false])('a group that was made anew before the rebuild is named: %s', async (isMadeAnew) => {
  const { restored, report } = await rebuilt(archive({}, isMadeAnew));
  expect(restored).toMatchObject([{ groupId: hall, creator: 'ann', seq: 1 }]);
  expect(report).toMatchObject({ rebuilt: 1, madeAnew: isMadeAnew ? [hall] : [] });
});

test.each<[string, ArchivedGroups['events']]>([
  ['an event', () => Promise.reject(PlenumError.of('internal'))],
  ['a setting', async () => [{ ...created, settings: { posting: 'owls' } }]],
])('a group with %s of a later version is named and not rebuilt', async (_, events) => {
  const { restored, report } = await rebuilt(archive({ events }));
  expect(restored).toEqual([]);
  expect(report).toMatchObject({ rebuilt: 0, unknown: [hall], unknownCount: 1 });
});

test('an archive that is away ends the rebuild', async () => {
  const events = () => Promise.reject(PlenumError.of('unavailable'));
  await expect(rebuilt(archive({ events }))).rejects.toMatchObject({ failure: { code: 'unavailable' } });
});
