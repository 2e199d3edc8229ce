/** Lists of any length: only what is seen is in the page, and pages are read when they are needed. */
import { eventually } from '@plenum/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import type { ConsoleWorld } from './console-world.ts';
import { asked, consoleOnRedis, Operator } from './operator.ts';

const groupsCount = 10_000;
/** With PLENUM_MANY_MEMBERS=1000000 it is the largest group that the console is made for. */
const membersCount = Number(process.env['PLENUM_MANY_MEMBERS'] ?? 100_000);
const batch = 1000;
/** More rows are never in the page: a screen of them, and some before and after. */
const rowsMax = 70;

let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  world = await consoleOnRedis();
  await Promise.all(Array.from({ length: 20 }, (_, lane) => createGroups(lane)));
  await ask('POST', '/v1/groups', {
    ...{ group_id: 'crowd', group_type: 'public', creator_id: 'ann', membership_events: 'counts' },
  });
  for (let at = 0; at < membersCount; at += batch)
    await ask('POST', '/v1/groups/crowd/members:batch', {
      add: Array.from({ length: batch }, (_, i) => ({ user_id: `user-${String(at + i).padStart(7, '0')}` })),
    });
}, 1_200_000);
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

/** So many requests at once may be more than the node takes: then it says so, and is asked again. */
const ask = (method: string, path: string, body: object) =>
  eventually(() => asked(world.place.url, method, path, body), { timeoutMs: 60_000, everyMs: 200 });

async function createGroups(lane: number): Promise<void> {
  const count = groupsCount / 20;
  for (let i = lane * count; i < (lane + 1) * count; i += 1) {
    const id = String(i).padStart(5, '0');
    await ask('POST', '/v1/groups', {
      group_id: `team-${id}`,
      group_type: 'public',
      creator_id: `user-${id}`,
    });
  }
}

const rowsIn = (page: Page) => page.locator('.table-body .table-row').count();

const rowsRead = async (page: Page): Promise<number> => {
  const text = await page.locator('.page-body .hint[role="status"]').textContent();
  return Number(text?.replaceAll(',', '').match(/\d+/)?.[0] ?? 0);
};

/** Presses End until the list has read so many rows. */
async function readOn(page: Page, list: string, rows: number): Promise<void> {
  await page.getByRole('region', { name: list }).focus();
  await eventually(
    async () => {
      await page.keyboard.press('End');
      expect(await rowsRead(page)).toBeGreaterThanOrEqual(rows);
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
}

test('10,000 groups: the first page is one read, and a search finds any of them', async () => {
  const page = await world.open('/groups');
  const operator = new Operator(page);
  await operator.shows('team-00000');
  await operator.shows('200 groups so far');
  await readOn(page, 'Groups', 1200);
  expect(await rowsIn(page)).toBeLessThanOrEqual(rowsMax);
  await page.getByLabel('Group id begins with').fill('team-0987');
  await operator.shows('team-09876');
  await operator.shows('10 groups');
});

test('a group with very many members: a screen of them is in the page, and acts reach each', async () => {
  const page = await world.open('/groups/crowd/members');
  const operator = new Operator(page);
  await operator.shows(`200 of ${(membersCount + 1).toLocaleString('en')} read`);
  const reads: string[] = [];
  page.on('request', (request) => reads.push(request.url()));
  await readOn(page, 'Members', 3000);
  expect(await rowsIn(page)).toBeLessThanOrEqual(rowsMax);
  const user = 'user-0000003';
  // While a page is read the rows at the end move on.
  await page.keyboard.press('Home');
  await operator.menuAct(user, 'Kick', 'Kick');
  await operator.row(user).waitFor({ state: 'detached' });
  // No page of the list is read a second time: neither the first one, which has no cursor, nor one of the others.
  const pages = reads.filter((url) => url.includes('/members?'));
  expect(pages.filter((url) => !url.includes('cursor='))).toEqual([]);
  expect(pages).toEqual([...new Set(pages)]);
});
