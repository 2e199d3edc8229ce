/** The audit log in the console: what admin tokens did, filtered, page by page. */
import { eventually } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import { violationsOf } from './accessibility.ts';
import { ConsoleWorld } from './console-world.ts';

const groupsCount = 130;

let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  world = await ConsoleWorld.node();
  for (let index = 0; index < groupsCount; index += 1) {
    const body = { group_id: `g-${index}`, group_type: 'public', creator_id: `user-${index}` };
    await world.place.rest('POST', '/v1/groups', { body });
  }
  await world.place.rest('DELETE', '/v1/groups/g-7', { body: {} });
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

test('acts are listed, the newest first, and further pages are read while scrolling', async () => {
  const page = await world.open('/audit');
  const rows = page.getByRole('table').getByRole('row');
  await rows.nth(1).getByText('delete_group').waitFor();
  await rows
    .nth(2)
    .getByText(`group:g-${groupsCount - 1}`)
    .waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await eventually(async () => {
    await page
      .getByRole('region', { name: 'Audit log' })
      .evaluate((list) => list.scrollTo(0, list.scrollHeight));
    expect(await rows.last().innerText()).toContain('group:g-0');
  });
});

test('a filter is in the address, and finds what is far back', async () => {
  const page = await world.open('/audit');
  await page.getByRole('searchbox', { name: 'Act' }).fill('delete_group');
  await page.keyboard.press('Enter');
  await page.getByRole('table').getByText('group:g-7').waitFor();
  expect(await page.getByRole('table').getByRole('row').count()).toBe(2);
  expect(new URL(page.url()).search).toBe('?act=delete_group');
  await page.getByRole('searchbox', { name: 'Act' }).fill('ban_member');
  await page.keyboard.press('Enter');
  await page.getByText('No line matches.').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('table').getByText('create_group').first().waitFor();
});
