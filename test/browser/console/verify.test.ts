/** A canary from the browser, while the node of some of its connections is killed. */
import { clusterFiguresSchema } from '@plenum/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../support/cluster/cluster.ts';
import { httpRequest } from '../../support/wire/http.ts';
import { violationsOf } from './accessibility.ts';
import { ConsoleWorld } from './console-world.ts';

/** What a browser says of a node that is gone. */
const gone = [/net::ERR_/, /WebSocket connection to .* failed/, /Failed to load resource/];

let world: ConsoleWorld<Cluster>;
beforeAll(async () => {
  world = await ConsoleWorld.cluster();
});
afterEach(() => world.clear(gone));
afterAll(() => world[Symbol.asyncDispose]());

const copied = (page: Awaited<ReturnType<typeof world.open>>): Promise<string> =>
  page.evaluate(() => navigator.clipboard.readText());

/** Of a node that has sockets of the canary. */
async function pidOfBusyNode(): Promise<number> {
  const { body } = await httpRequest('GET', `${world.place.url}/v1/nodes/figures`);
  const { nodes } = clusterFiguresSchema.parse(body);
  const busy = nodes.toSorted((one, other) => other.sockets - one.sockets)[0];
  const node = world.place.nodes.find(({ url }) => url === busy?.url);
  if (node === undefined) throw new Error(`no node of this cluster is at ${busy?.url}`);
  return node.pid;
}

test('every message is counted on every connection while a node is killed', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const page = await world.open('/verify', { permissions });
  await page.getByLabel('Connections').fill('6');
  await page.getByLabel('Messages').fill('150');
  await page.getByLabel('Per second').fill('15');
  await page.getByRole('button', { name: 'Start a canary' }).click();
  await page.getByRole('heading', { name: 'Sending', exact: true }).waitFor({ timeout: 60_000 });
  process.kill(await pidOfBusyNode(), 'SIGKILL');
  await page
    .getByText('Every message came once, in order, on every connection')
    .waitFor({ timeout: 110_000 });
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  const report = JSON.parse(await copied(page));
  expect(report).toMatchObject({ is_good: true, lost: 0, duplicated: 0, reordered: 0, sent: 150 });
  expect(report.delivered).toBe(report.acknowledged * 6);
  expect(report.connections_lost).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Copy as text' }).click();
  expect(await copied(page)).toMatch(/^Plenum canary, .*: good\n/);
  await page.getByText('Deleted group').waitFor();
  const group = await httpRequest('GET', `${world.place.url}/v1/groups/${report.group_id}`);
  expect(group.status).toBe(404);
});

test('without the scope a canary is not offered, and the page says which one is missing', async () => {
  const page = await world.open('/verify');
  await page.getByRole('switch', { name: 'Read-only' }).click();
  expect(await page.getByRole('button', { name: 'Start a canary' }).isDisabled()).toBe(true);
  await page.getByText('The page is set to read-only').first().waitFor();
});

test('on an admin port, which takes no sockets, a canary is not offered', async () => {
  await using admin = await ConsoleWorld.node({ PLENUM_ADMIN_PORT: '0' });
  const [, url = ''] = await admin.place.command.until(/"adminUrl":"([^"]+)"/);
  const page = await admin.open('/verify', { url });
  await page.getByText('This port takes no sockets').waitFor();
  expect(await page.getByRole('button', { name: 'Start a canary' }).isDisabled()).toBe(true);
  await admin.clear();
});
