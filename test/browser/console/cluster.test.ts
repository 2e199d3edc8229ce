/** The page of the cluster on three nodes: the picture of owners while a node drains, dies and comes, and Redis that goes. */
import { eventually } from '@plenum/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../support/cluster/cluster.ts';
import { violationsOf } from './accessibility.ts';
import { ConsoleWorld } from './console-world.ts';

/** What a browser says of a node that is gone, and of an answer that is a refusal. */
const gone = [/net::ERR_/, /Failed to load resource/];
const partitionsCount = 256;

let world: ConsoleWorld<Cluster>;
beforeAll(async () => {
  world = await ConsoleWorld.cluster();
});
afterEach(() => world.clear(gone));
afterAll(() => world[Symbol.asyncDispose]());

const labelOf = (url: string): string => url.replace('http://', '');
const trays = (page: Page) => page.getByRole('list', { name: 'Nodes with their partitions' });

/** How many partitions the picture has in the tray of each node. */
async function countsOf(page: Page): Promise<Readonly<Record<string, number>>> {
  const texts = await trays(page).getByRole('listitem').allInnerTexts();
  return Object.fromEntries(
    texts.map((text) => {
      const [, label = '', count = ''] = text.match(/^(.+)\n+(\d+) partition/) ?? [];
      return [label, Number(count)];
    }),
  );
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);

/** Waits until so many nodes own all partitions. @returns the labels of the owners */
const owners = (page: Page, count = 3): Promise<readonly string[]> =>
  eventually(
    async () => {
      const counts = await countsOf(page);
      const labels = Object.keys(counts).filter((label) => counts[label] !== 0);
      expect(labels).toHaveLength(count);
      expect(sum(counts)).toBe(partitionsCount);
      return labels;
    },
    { timeoutMs: 60_000 },
  );

test('every partition has a cell, in the tray of its owner, and a table says the same', async () => {
  const page = await world.open();
  expect([...(await owners(page))].sort()).toEqual(world.place.urls.map(labelOf).sort());
  expect(await page.locator('.cell').count()).toBe(partitionsCount);
  await page.getByRole('button', { name: 'Table' }).click();
  const rows = page.getByRole('region', { name: 'Partitions and their owners' }).getByRole('row');
  expect(await rows.count()).toBe(4);
  await page.getByRole('button', { name: 'Picture' }).click();
});

test('a group is found in its partition, with its owner', async () => {
  const page = await world.open();
  const owner = await world.place.ownerOf('team:1');
  await page.getByRole('searchbox', { name: 'Id of a group' }).fill('team:1');
  await page.keyboard.press('Enter');
  await page.getByText(`team:1: partition`).waitFor();
  await page.getByText(`owned by ${labelOf(owner.url)}`).waitFor();
  expect(await page.locator('.cell.is-found').count()).toBe(1);
});

test.each(['light', 'dark'] as const)(
  'the page has no violation of accessibility in %s',
  async (colorScheme) => {
    const page = await world.open('/', { colorScheme });
    await owners(page);
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await eventually(async () => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
    expect(await violationsOf(page)).toEqual([]);
  },
);

test('a node is killed under the page: its partitions move, and a new one gets its share', async () => {
  const page = await world.open();
  await owners(page);
  const { pid, url } = world.place.node(2);
  process.kill(pid, 'SIGKILL');
  const moves = page.getByRole('list').filter({ hasText: ' partitions from ' });
  await moves
    .getByText(`from ${labelOf(url)} to`)
    .first()
    .waitFor({ timeout: 60_000 });
  await eventually(async () => expect(await owners(page)).not.toContain(labelOf(url)), { timeoutMs: 90_000 });
});

test('a drain asks for the name of the node, is shown, and its partitions move to the others', async () => {
  const page = await world.open();
  const [drained = '', ...others] = await owners(page);
  await page.getByRole('button', { name: `Drain ${drained}` }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: `Drain ${drained}` });
  const name = dialog.getByLabel('Type this to confirm');
  await name.fill(others[0] ?? '');
  expect(await dialog.getByRole('button', { name: 'Drain' }).isDisabled()).toBe(true);
  await name.fill(drained);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('row', { name: drained }).getByText('draining').waitFor();
  expect(await owners(page, 2)).toEqual(others);
});

test('without Redis the page says so, keeps what it has read, and recovers by itself', async () => {
  const page = await world.open();
  await page.locator('.cell').first().waitFor();
  await world.place.redis.kill();
  await page.getByRole('status').getByText('The node does not reach Redis').waitFor({ timeout: 60_000 });
  expect(await page.locator('.cell').count()).toBe(partitionsCount);
  await world.place.redis.restart();
  await page.getByText('The node does not reach Redis').waitFor({ state: 'hidden', timeout: 60_000 });
  await eventually(async () => expect(sum(await countsOf(page))).toBe(partitionsCount), {
    timeoutMs: 60_000,
  });
});
