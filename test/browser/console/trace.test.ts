/** The path of a message through three nodes, in the console. */
import { eventually } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../support/cluster/cluster.ts';
import { httpRequest } from '../../support/wire/http.ts';
import { violationsOf } from './accessibility.ts';
import { ConsoleWorld } from './console-world.ts';

let world: ConsoleWorld<Cluster>;
beforeAll(async () => {
  world = await ConsoleWorld.cluster();
  const { url, urls } = world.place;
  const body = { group_id: 'team', group_type: 'public', creator_id: 'ann' };
  await httpRequest('POST', `${url}/v1/groups`, { body });
  for (const [index, user] of ['ann', 'ben', 'cyd'].entries()) {
    await httpRequest('PUT', `${url}/v1/groups/team/members/${user}`, { body: {} });
    await world.place.device(user, urls[index]);
  }
});
afterEach(() => world.clear([/Failed to load resource/]));
afterAll(() => world[Symbol.asyncDispose]());

test('the timeline has the gateway, the script, and the feed and devices of each node', async () => {
  const page = await world.open('/trace?group=team&user=ann');
  await page.getByRole('button', { name: 'Send and trace' }).click();
  await page
    .getByRole('heading', { name: /^Stored after .* written to 3 devices on 3 nodes after/ })
    .waitFor();
  const rows = page.locator('.path-row');
  const stages = await rows.evaluateAll((items) => items.map((item) => item.classList[1]));
  for (const [stage, count] of Object.entries({ gateway: 1, script: 1, feed: 3, devices: 3 }))
    expect(stages.filter((found) => found === `is-${stage}`)).toHaveLength(count);
  const bars = await rows.locator('.path-dot').evaluateAll((dots) =>
    dots.map((dot) => {
      const [own, track] = [dot.getBoundingClientRect(), dot.parentElement?.getBoundingClientRect()];
      return track !== undefined && own.right >= track.left && own.left <= track.right;
    }),
  );
  expect(bars).not.toContain(false);
  expect(await violationsOf(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await eventually(async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
  });
});

test('a member that may not send gets the refusal, and the fields stay', async () => {
  const page = await world.open('/trace?group=team&user=stranger');
  await page.getByRole('button', { name: 'Send and trace' }).click();
  await page.getByRole('alert').getByText('not_a_member').waitFor();
  expect(await page.getByLabel('As the member').inputValue()).toBe('stranger');
});
