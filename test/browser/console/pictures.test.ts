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

const places = fileURLToPath(new URL('../../../apps/docs/operations/', import.meta.url));
const isKept = process.env['PICTURES'] === '1';
const pictureMaxBytes = 200_000;
const size = { viewport: { width: 1280, height: 840 }, colorScheme: 'light' } as const;

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

/** A group with a member on each node. */
async function groupOnAllNodes(groupId: string): Promise<void> {
  const { url, urls } = world.place;
  const body = { group_id: groupId, group_type: 'public', creator_id: 'ann' };
  await httpRequest('POST', `${url}/v1/groups`, { body });
  for (const [index, user] of ['ann', 'ben', 'cyd'].entries()) {
    await httpRequest('PUT', `${url}/v1/groups/${groupId}/members/${user}`, { body: {} });
    await world.place.device(user, urls[index]);
  }
}

test('the cluster while messages are sent', async () => {
  await groupOnAllNodes('town');
  const page = await world.open('/', size);
  const cells = page.locator('.cell:not(.is-unowned)');
  await eventually(async () => expect(await cells.count()).toBe(256), { timeoutMs: 60_000 });
  const endMs = Date.now() + 30_000;
  while (Date.now() < endMs) {
    const body = { from_user_id: 'ann', message: 'Lunch at twelve?' };
    await httpRequest('POST', `${world.place.url}/v1/groups/town/messages`, { body });
  }
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
  await groupOnAllNodes('team');
  const page = await world.open('/trace?group=team&user=ann', size);
  await page.getByRole('button', { name: 'Send and trace' }).click();
  await page.getByText(/^Stored after/).waitFor();
  await page.locator('.last-act button').waitFor({ state: 'hidden' });
  await keep(page, 'console-path.png');
});
