/** What an open console costs while it is only looked at: said, not asserted, because the machine is shared. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../support/cluster/cluster.ts';
import { ConsoleWorld } from './console-world.ts';

const watchedMs = 20_000;

let world: ConsoleWorld<Cluster>;
beforeAll(async () => {
  world = await ConsoleWorld.cluster();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Seconds of CPU that the processes of the pages have had. */
async function rendererCpu(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

test.each(['/', '/groups', '/audit'])('the page %s at rest', async (path) => {
  const page = await world.open(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await wait(3000);
  const before = await rendererCpu(world.browser);
  await wait(watchedMs);
  const used = (await rendererCpu(world.browser)) - before;
  process.stdout.write(
    `an open console at ${path}: ${((used / watchedMs) * 100_000).toFixed(2)} % of a core\n`,
  );
  expect(used).toBeGreaterThan(0);
  await world.clear([/./]);
});
