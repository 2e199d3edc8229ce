/** The console on two nodes: one of them is killed or drains, and a canary whose page and node are both gone. */
import { type Canary, canarySchema } from '@plenum/protocol';
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { NodeOnPort } from '../../support/cluster/node-on-port.ts';
import { nodeSettings } from '../../support/cluster/service.ts';
import { httpRequest } from '../../support/wire/http.ts';
import { ConsoleWorld } from './console-world.ts';
import { Operator } from './operator.ts';

const partitionsCount = 256;
const patient = { timeoutMs: 60_000, everyMs: 100 };

const environmentOn = (redisUrl: string) => ({ ...nodeSettings, HOST: '127.0.0.1', REDIS_URL: redisUrl });

let redis: RedisServer;
/** Its node serves the pages. */
let world: ConsoleWorld<NodeOnPort>;
/** To it things happen. */
let other: NodeOnPort;
beforeAll(async () => {
  redis = await startRedis();
  world = await ConsoleWorld.of(NodeOnPort.start(environmentOn(redis.url)));
});
beforeEach(async () => {
  other = await NodeOnPort.start(environmentOn(redis.url));
});
afterEach(async () => {
  await other[Symbol.asyncDispose]();
  // What a browser says of a node that is gone.
  await world.clear([/net::ERR_/, /WebSocket connection to .* failed/, /Failed to load resource/]);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

/** Waits until the trays of the picture have so many partitions in all, and each of these nodes some of them. */
const owners = (page: Page, ...nodes: readonly NodeOnPort[]): Promise<void> =>
  eventually(async () => {
    const trays = page.getByRole('list', { name: 'Nodes with their partitions' }).getByRole('listitem');
    const counts = (await trays.allInnerTexts()).flatMap((text) => {
      const [, label = '', count = '0'] = text.match(/^(.+)\n+(\d+) partition/) ?? [];
      return count === '0' ? [] : [[label, Number(count)] as const];
    });
    expect(counts.map(([label]) => label).sort()).toEqual(nodes.map(({ address }) => address).sort());
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(partitionsCount);
  }, patient);
const states = (page: Page, state: string) =>
  page
    .getByRole('row', { name: other.address })
    .getByText(state, { exact: true })
    .waitFor({ timeout: 30_000 });

test('a killed node does not answer, and the other one gets its partitions', async () => {
  const page = await world.open();
  const operator = new Operator(page);
  await operator.shows('2 nodes, all answer');
  await owners(page, world.place, other);
  await other.end('SIGKILL');
  await states(page, 'does not answer');
  await operator.shows('1 of 2 nodes does not answer');
  await owners(page, world.place);
  await operator.shows('1 node, it answers');
});

test('a node that is drained gives its partitions to the other one, and goes', async () => {
  const page = await world.open();
  const operator = new Operator(page);
  await owners(page, world.place, other);
  await operator.act(`Drain ${other.address}`, 'Drain', { 'Type this to confirm': other.address });
  await states(page, 'draining');
  await operator.shows('one drains');
  await owners(page, world.place);
  await other.end('SIGTERM');
  await operator.shows('1 node, it answers');
});

/** Ten minutes later: the end of the group, which is in the list of what is due, is over. */
async function letTimePass(canary: Canary): Promise<void> {
  const admin = new Redis(redis.url);
  const member = `$canary:${canary.group_id}`;
  for (const key of await admin.keys('*:due')) await admin.zadd(key, 'XX', 1, member);
  admin.disconnect();
}

test('a canary whose page and node are gone ends by itself, with the tokens of its users', async () => {
  const page = await world.open('/verify', { url: other.url });
  const made = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/v1/canaries');
  await page.getByLabel('Connections').fill('2');
  await page.getByLabel('Messages').fill('2000');
  await page.getByRole('button', { name: 'Start a canary' }).click();
  const canary = canarySchema.parse(await (await made).json());
  await page.getByRole('heading', { name: 'Sending', exact: true }).waitFor();
  await other.end('SIGKILL');
  await page.getByRole('row').getByText('reconnecting', { exact: true }).first().waitFor();
  await page.getByRole('status').getByText('No node answers').waitFor();
  await page.close();

  const [user] = canary.users;
  const ofGroup = () => httpRequest('GET', `${world.place.url}/v1/groups/${canary.group_id}`);
  const ofUser = () =>
    httpRequest('GET', `${world.place.url}/v1/users/${user?.user_id}/groups`, { token: user?.token ?? null });
  expect([(await ofGroup()).status, (await ofUser()).status]).toEqual([200, 200]);
  await letTimePass(canary);
  await eventually(async () => {
    expect([(await ofGroup()).status, (await ofUser()).status]).toEqual([404, 401]);
  }, patient);
});
