/** The playground on three nodes: the permissions of groups of each type, and nodes and connections that go. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../support/cluster/cluster.ts';
import type { PersonPane } from './person-pane.ts';
import { PlaygroundWorld } from './playground-world.ts';

/** What a browser says of a node that is gone. */
const gone = [/net::ERR_/, /WebSocket connection to .* failed/];

let world: PlaygroundWorld<Cluster>;
beforeAll(async () => {
  world = await PlaygroundWorld.cluster();
});
afterEach(() => world.clear(gone));
afterAll(() => world[Symbol.asyncDispose]());

/** A page of the person at one of the nodes. */
const at = (userId: string, node: number): Promise<PersonPane> =>
  world.one(userId, world.place.node(node).url);

const menuOf = (pane: PersonPane, userId: string) =>
  pane.members.getByRole('button', { name: `Actions for ${userId}` });
/** The acts that a member is offered on another one. */
async function actsOn(pane: PersonPane, userId: string): Promise<readonly string[]> {
  await menuOf(pane, userId).click();
  await pane.page.getByRole('menu').waitFor();
  const items = await pane.page.getByRole('menuitem').allInnerTexts();
  await pane.page.keyboard.press('Escape');
  await pane.page.getByRole('menu').waitFor({ state: 'detached' });
  return items;
}
/** A member that is shown is offered no act on another one. */
async function expectNoActs(pane: PersonPane, userId: string): Promise<void> {
  await pane.members.getByText(userId, { exact: true }).first().waitFor();
  expect(await menuOf(pane, userId).count()).toBe(0);
}

test('a public group on two nodes: joined at once, removed, joined again, and banned', async () => {
  const [ann, ben] = await Promise.all([at('ann', 0), at('ben', 1)]);
  await ann.create('plaza', 'public');
  await ben.join('plaza');
  await ben.isIn('plaza');
  await ben.say('hello');
  await ann.sees('hello');
  await Promise.all([ann.showMembers(), ben.showMembers()]);
  await expectNoActs(ben, 'ann');
  expect(await actsOn(ann, 'ben')).toEqual([
    ...['Make moderator', 'Make admin', 'Hand the group over', 'Remove', 'Ban'],
  ]);
  await ann.actOn('ben', 'Remove');
  await ben.shows('You are not in this group');
  await ben.button('Join').click();
  await ben.isIn('plaza');
  await ann.actOn('ben', 'Ban');
  await ben.shows('You are not in this group');
  await ben.button('Join').click();
  await ben.shows('You are banned from this group (banned)');
});

test('a private group on three nodes: an accepted member accepts and rejects others', async () => {
  const [ann, ben, cyd, dan] = await Promise.all([at('ann', 0), at('ben', 1), at('cyd', 2), at('dan', 1)]);
  await ann.create('den', 'private');
  for (const pane of [ben, cyd, dan]) {
    await pane.join('den');
    await pane.shows('Any member can accept you. Until then you receive nothing.');
  }
  await ann.showMembers();
  await ann.button('Accept ben').click();
  await ben.isIn('den');
  await ben.showMembers();
  await ben.button('Accept cyd').click();
  await cyd.isIn('den');
  await ben.button('Reject dan').click();
  await dan.shows('You are not in this group');
  await cyd.say('three of us');
  await ann.sees('three of us');
  await expectNoActs(ben, 'cyd');
  expect(await actsOn(ann, 'cyd')).not.toContain('Mute');
});

test('a strict group on three nodes: a moderator accepts and mutes, a plain member neither', async () => {
  const [ann, ben, cyd, dan] = await Promise.all([at('ann', 0), at('ben', 1), at('cyd', 2), at('dan', 1)]);
  await ann.create('court', 'strict');
  for (const pane of [ben, cyd, dan]) await pane.join('court');
  await dan.shows('An admin or a moderator has to accept you. Until then you receive nothing.');
  await ann.showMembers();
  await ann.button('Accept ben').click();
  await ann.button('Accept cyd').click();
  await cyd.isIn('court');
  await cyd.showMembers();
  await cyd.members.getByText('dan', { exact: true }).waitFor();
  expect(await cyd.button('Accept dan').count()).toBe(0);
  await ann.actOn('ben', 'Make moderator');
  await ben.showMembers();
  await ben.button('Accept dan').click();
  await dan.isIn('court');
  await expectNoActs(ben, 'ann');
  expect(await actsOn(ben, 'dan')).toEqual(['Mute', 'Mute for a minute', 'Remove']);
  await expectNoActs(cyd, 'dan');

  await dan.connection('Stay offline');
  await dan.say('written before the mute');
  await ben.actOn('dan', 'Mute');
  await ann.seesEvent('ben muted dan');
  await dan.connection('Go online again');
  await dan.shows('You are muted here: you read, and cannot send.');
  await dan.shows(/\(muted\)/);
  await cyd.say('dan reads this');
  await dan.message('dan reads this').waitFor();
  await ben.actOn('dan', 'Unmute');
  await dan.isIn('court');
  await dan.say('and writes');
  await cyd.sees('dan reads this', 'and writes');
});

test('a strict group from the request to the ban, on two nodes', async () => {
  const [ann, ben] = await Promise.all([at('ann', 0), at('ben', 1)]);
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
