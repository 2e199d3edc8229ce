/** What a person sees when the token ends, the node drains, or Redis is gone, and that nothing is lost on the screen. */
import { startRedis } from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeOnPort } from '../../support/cluster/node-on-port.ts';
import { ServedNode } from '../../support/cluster/served-node.ts';
import { tokenOf } from '../../support/wire/http.ts';
import { PlaygroundWorld, withSecrets } from './playground-world.ts';

/** What a browser says of a node that is gone. */
const gone = [/net::ERR_/, /WebSocket connection to .* failed/];

let redis: Awaited<ReturnType<typeof startRedis>>;
beforeEach(async () => {
  redis = await startRedis({ appendonly: true });
});
afterEach(() => redis.stop());

test('a token that ends while the page is open is said, and another one continues', async () => {
  await using world = await PlaygroundWorld.at(ServedNode.start('memory', withSecrets));
  const dan = await world.signedIn('dan', 12);
  await dan.create('notes', 'public');
  await dan.say('before the end');
  await dan.sees('before the end');
  await dan.shows('dan is not let in.');
  await dan.sees('before the end');
  await dan.button('Sign in with another token').click();
  await dan.page.getByRole('textbox', { name: 'Token' }).fill(await tokenOf('dan'));
  await dan.page.getByRole('button', { name: 'Sign in' }).click();
  await dan.isIn('notes');
  await dan.say('and after it');
  await dan.sees('before the end', 'and after it');
  expect(await dan.pane.getByText('dan is not let in.').count()).toBe(0);
  await world.clear();
});

test('a node drains and comes back: what was written meanwhile is sent', async () => {
  const environment = { ...withSecrets, REDIS_URL: redis.serviceUrl };
  await using world = await PlaygroundWorld.at(NodeOnPort.start(environment));
  const [ann, ben] = [await world.signedIn('ann'), await world.signedIn('ben')];
  await ann.create('hall', 'public');
  await ben.join('hall');
  await ben.isIn('hall');
  await ann.say('one', 'two');
  await ben.sees('one', 'two');
  await world.place.drain();
  await world.place.end('SIGTERM');
  await ann.shows('No connection. What you send waits.');
  await ann.say('three', 'four');
  await world.place.startAgain();
  await ben.sees('one', 'two', 'three', 'four');
  await ann.sees('one', 'two', 'three', 'four');
  await ben.say('five');
  await ann.sees('one', 'two', 'three', 'four', 'five');
  await world.clear(gone);
});

test('Redis is gone under a page and comes back: what could not be sent can be sent', async () => {
  const environment = { ...withSecrets, REDIS_URL: redis.serviceUrl };
  await using world = await PlaygroundWorld.at(NodeOnPort.start(environment));
  const [ann, ben] = [await world.signedIn('ann'), await world.signedIn('ben')];
  await ann.create('hall', 'public');
  await ben.join('hall');
  await ben.isIn('hall');
  await ann.say('one');
  await ben.sees('one');
  await redis.kill();
  await ann.say('two');
  await ann.sees('one', 'two');
  await redis.restart();
  const again = ann.button('Send again');
  await expect
    .poll(
      async () => {
        if (await again.isVisible()) await again.click({ timeout: 1000 }).catch(() => undefined);
        return ben.texts();
      },
      { timeout: 40_000, interval: 250 },
    )
    .toEqual(['one', 'two']);
  await ben.say('three');
  await ann.sees('one', 'two', 'three');
  await ben.sees('one', 'two', 'three');
  await world.clear(gone);
});
