/** A group of 10,000 members with long names: the page has the rows of the screen, and reads more when the reader comes to them. */
import { expect, test } from 'vitest';
import { ServedNode } from '../../support/cluster/served-node.ts';
import { httpRequest } from '../../support/wire/http.ts';
import { overflowOf } from './looked-at.ts';
import { PlaygroundWorld, withSecrets } from './playground-world.ts';

const membersCount = 10_000;
const perBatch = 100;
const rowsOnScreenMax = 60;
const nameOf = (at: number) => `${'member-with-a-very-long-name-'.repeat(4)}${String(at).padStart(5, '0')}`;

async function fill(url: string, groupId: string): Promise<void> {
  const groups = `${url}/v1/groups`;
  await httpRequest('POST', groups, { body: { group_id: groupId, group_type: 'public', creator_id: 'ann' } });
  for (let from = 0; from < membersCount - 1; from += perBatch) {
    const count = Math.min(perBatch, membersCount - 1 - from);
    const add = Array.from({ length: count }, (_, at) => ({ user_id: nameOf(from + at) }));
    const added = await httpRequest('POST', `${groups}/${groupId}/members:batch`, { body: { add } });
    expect(added.status).toBe(200);
  }
}

test('10,000 members are a list of which only the screen is in the page, to its last row', async () => {
  await using world = await PlaygroundWorld.at(ServedNode.start('memory', withSecrets));
  await fill(world.place.url, 'crowd');
  const ann = await world.signedIn('ann');
  await ann.open('crowd');
  await ann.isIn('crowd');
  await ann.shows(/of 10000 online/);
  await ann.showMembers();
  const list = ann.members.getByRole('region', { name: 'In the group' });
  const rows = list.getByRole('listitem');
  await rows.first().waitFor();
  expect(await overflowOf(ann.page)).toEqual([]);
  await expect
    .poll(
      async () => {
        await list.press('End');
        return list.getByText(nameOf(membersCount - 2)).count();
      },
      { timeout: 60_000, interval: 50 },
    )
    .toBe(1);
  expect(await rows.count()).toBeLessThanOrEqual(rowsOnScreenMax);
  await ann.say('still quick');
  await ann.sees('still quick');
  await world.clear();
});
