/** Makes the picture of the playground that the README shows: with PICTURES=1 in its place, else only to see that it can be made. */
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PlaygroundWorld } from './playground-world.ts';

const place = fileURLToPath(new URL('../../../apps/docs/public/playground.png', import.meta.url));
const isKept = process.env['PICTURES'] === '1';
const pictureMaxBytes = 200_000;

test('the picture of two people in one conversation is small', async () => {
  await using world = await PlaygroundWorld.node();
  const { page, ann, ben } = await world.two({
    viewport: { width: 1280, height: 720 },
    colorScheme: 'light',
  });
  await ann.say('Lunch at twelve?');
  await ben.message('Lunch at twelve?').hover();
  await ben.message('Lunch at twelve?').getByRole('button', { name: 'Reply' }).click();
  await ben.say('One would be better, I am in a call until then.');
  await ann.message('One would be better').waitFor();
  await ann.say('One it is. Same place, @ben?');
  await ben.message('Same place').waitFor();
  await ben.say('Yes. If the node behind me dies meanwhile, I will not miss a word.');
  await ann.message('not miss a word').waitFor();
  await page.mouse.move(640, 20);
  const path = isKept ? place : join(tmpdir(), `playground-${process.pid}.png`);
  await page.screenshot({ path });
  expect(statSync(path).size).toBeLessThanOrEqual(pictureMaxBytes);
  await world.clear();
});
