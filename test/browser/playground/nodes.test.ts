/** The playground on three nodes: the permissions of a group, and nodes and connections that go. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../support/cluster/cluster.ts';
import { PlaygroundWorld } from './playground-world.ts';

/** What a browser says of a node that is gone. */
const gone = [/net::ERR_/, /WebSocket connection to .* failed/];

let world: PlaygroundWorld<Cluster>;
beforeAll(async () => {
  world = await PlaygroundWorld.cluster();
});
afterEach(() => world.clear(gone));
afterAll(() => world[Symbol.asyncDispose]());

test('a strict group from the request to the ban, on two nodes', async () => {
  const [ann, ben] = await Promise.all([
    world.one('ann', world.place.node(0).url),
    world.one('ben', world.place.node(1).url),
  ]);
  await ann.create('board', 'strict', 'The board');
  await ben.join('board', 'Ben from design');
  await ben.shows('Waiting to be accepted');
  await ann.seesEvent('ben asks to join: “Ben from design”');
  await ann.say('not for applicants');
  await ann.showMembers();
  await ann.button('Accept ben').click();
  await ben.isIn('board');
  await ben.say('thank you');
  await ben.sees('thank you');
  await ann.sees('not for applicants', 'thank you');

  await ann.actOn('ben', 'Mute');
  await ben.shows('You are muted here');
  await ann.actOn('ben', 'Unmute');
  await ben.isIn('board');
  await ann.actOn('ben', 'Make moderator');
  await ben.showMembers();
  await ben.members.getByText('moderator').waitFor();
  await ann.actOn('ben', 'Make plain member');
  await ann.actOn('ben', 'Ban');
  await ben.shows('You are not in this group');
  await ben.button('Ask to join again').click();
  await ben.shows(/\(banned\)/);
  await ann.button('Unban ben').click();
  await ann.seesEvent('ann unbanned ben');
  await ben.button('Ask to join again').click();
  await ann.button('Reject ben').click();
  await ben.shows('You are not in this group');
});

test('a node is killed under a page while both people write, and nothing is lost on the screen', async () => {
  const { page, ann, ben } = await world.two();
  await ann.create('talk', 'public');
  await ben.join('talk');
  await ben.isIn('talk');
  const texts = (by: string, from: number) => Array.from({ length: 8 }, (_, at) => `${by} ${from + at}`);
  await ann.say(...texts('ann', 0));
  const status = ben.pane.getByRole('status').first();
  await status.getByText(/^node \d$/).waitFor();
  const [, number] = (await status.innerText()).match(/(\d)/) ?? [];
  await page.getByRole('button', { name: `Node ${number} runs. Kill it` }).click();
  await Promise.all([
    ann.say(...texts('ann', 8)),
    page.getByRole('button', { name: `Node ${number} is starting again` }).waitFor(),
  ]);
  await ben.say(...texts('ben', 0));
  await ann.say('the end');
  await ann.message('the end').waitFor();
  await ben.message('the end').waitFor();
  const [onAnn, onBen] = [await ann.texts(), await ben.texts()];
  expect(onBen).toEqual(onAnn);
  expect(onAnn).toHaveLength(25);
  expect(new Set(onAnn).size).toBe(25);
  expect(onAnn.filter((text) => text.startsWith('ann'))).toEqual([...texts('ann', 0), ...texts('ann', 8)]);
  await page.getByRole('button', { name: `Node ${number} runs. Kill it` }).waitFor();
});

test('a device that was offline is caught up, and what it wrote meanwhile is sent', async () => {
  const { ann, ben } = await world.two();
  await ann.say('before');
  await ben.message('before').waitFor();
  await ben.connection('Stay offline');
  await ben.shows('No connection. What you send waits.');
  await ann.say('meanwhile one', 'meanwhile two');
  await ben.say('written offline');
  await ben.shows('sending');
  await ben.connection('Go online again');
  await ben.shows('Back. 2 missed entries caught up.');
  await ann.message('written offline').waitFor();
  expect((await ben.texts()).slice(-4)).toEqual([
    'before',
    'meanwhile one',
    'meanwhile two',
    'written offline',
  ]);
  await ben.connection('Cut the connection');
  await ann.say('after a cut');
  await ben.message('after a cut').waitFor();
});
