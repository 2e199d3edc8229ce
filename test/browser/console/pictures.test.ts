/** Makes the pictures of the console that the documents show: with PICTURES=1 in their place, else only to see that they can be made. */
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@plenum/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../support/cluster/cluster.ts';
import { httpRequest } from '../../support/wire/http.ts';
import { ConsoleWorld } from './console-world.ts';

const places = fileURLToPath(new URL('../../../apps/docs/public/', import.meta.url));
const isKept = process.env['PICTURES'] === '1';
const pictureMaxBytes = 200_000;
const size = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const;

let world: ConsoleWorld<Cluster>;
beforeAll(async () => {
  world = await ConsoleWorld.cluster();
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

async function keep(page: Page, name: string): Promise<void> {
  const path = isKept ? join(places, name) : join(tmpdir(), `${process.pid}-${name}`);
  await page.mouse.move(640, 20);
  await page.screenshot({ path });
  expect(statSync(path).size).toBeLessThanOrEqual(pictureMaxBytes);
}

test('the cluster while messages are sent', async () => {
  const page = await world.open('/', size);
  const canary = await world.open('/verify', size);
  await canary.getByLabel('Messages').fill('400');
  await canary.getByRole('button', { name: 'Start a canary' }).click();
  await canary.getByRole('heading', { name: 'Sending', exact: true }).waitFor({ timeout: 60_000 });
  await eventually(async () => expect(await page.locator('.cell:not(.is-unowned)').count()).toBe(256), {
    timeoutMs: 60_000,
  });
  await page.bringToFront();
  await page.waitForTimeout(12_000);
  await keep(page, 'console-cluster.png');
});

test('a canary with its verdict', async () => {
  const page = await world.open('/verify', size);
  await page.getByLabel('Messages').fill('100');
  await page.getByRole('button', { name: 'Start a canary' }).click();
  await page.getByText('Deleted group').waitFor({ timeout: 60_000 });
  await page.locator('.last-act button').waitFor({ state: 'hidden' });
  await keep(page, 'console-verify.png');
});

test('the path of a message through three nodes', async () => {
  const { urls } = world.place;
  const body = { group_id: 'team', group_type: 'public', creator_id: 'ann' };
  await httpRequest('POST', `${world.place.url}/v1/groups`, { body });
  for (const [index, user] of ['ann', 'ben', 'cyd'].entries()) {
    await httpRequest('PUT', `${world.place.url}/v1/groups/team/members/${user}`, { body: {} });
    await world.place.device(user, urls[index]);
  }
  const page = await world.open('/trace?group=team&user=ann', size);
  await page.getByRole('button', { name: 'Send and trace' }).click();
  await page.getByText(/^Stored after/).waitFor();
  await page.locator('.last-act button').waitFor({ state: 'hidden' });
  await keep(page, 'console-path.png');
});
