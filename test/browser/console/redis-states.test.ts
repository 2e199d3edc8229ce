/** The console on a Redis Cluster of which three, two, one and no masters live. */
import { ClusterSet, eventually } from '@plenum/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Cluster } from '../../support/cluster/cluster.ts';
import { ConsoleWorld } from './console-world.ts';

const partitionsCount = 256;
const patience = { timeoutMs: 90_000 };

let set: ClusterSet;
let world: ConsoleWorld<Cluster>;
beforeAll(async () => {
  set = await ClusterSet.start();
  world = await ConsoleWorld.of(Cluster.start({ PLENUM_CONSOLE: '1', REDIS_URL: set.url }));
});
// Refusals and lost connections are what this is about.
afterEach(() => world.clear([/net::ERR_/, /Failed to load resource/]));
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await set.stop();
});

const says = (page: Page, text: RegExp) =>
  page.getByRole('status').filter({ hasText: text }).first().waitFor({ timeout: patience.timeoutMs });
const isCalm = (page: Page) =>
  eventually(async () => {
    expect(await page.locator('.health-note.is-bad').count()).toBe(0);
    expect(await page.locator('.cell:not(.is-unowned)').count()).toBe(partitionsCount);
  }, patience);

test('the page says how many shards are away, that none is left, and recovers by itself', async () => {
  const page = await world.open();
  await isCalm(page);
  const masters = await set.masters();
  const replicas = set.servers.filter((server) => !masters.includes(server));
  await Promise.all(replicas.map((server) => server.kill()));
  const [first, second, third] = masters;
  await first?.kill();
  await says(page, /1 shard of Redis does not answer/);
  await second?.kill();
  await says(page, /2 shards of Redis do not answer|does not reach Redis/);
  await third?.kill();
  await says(page, /does not reach Redis|No node is ready/);
  expect(await page.locator('.cell').count()).toBe(partitionsCount);
  await Promise.all(set.servers.map((server) => server.restart()));
  await isCalm(page);
});
