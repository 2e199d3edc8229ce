/** Every state of the pages, light and dark, on a desktop and on a phone: each is reached, and each is looked at. */
import { env } from 'node:process';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { lookAt } from './looked-at.ts';
import { PersonPane } from './person-pane.ts';
import { PlaygroundWorld } from './playground-world.ts';

let world: PlaygroundWorld;
beforeAll(async () => {
  world = await PlaygroundWorld.node();
});
/** What a browser says of a node that is gone, and of a user id that is refused. */
const caused = [/net::ERR_INTERNET_DISCONNECTED/, /status of 400/];
afterEach(() => world.clear(caused));
afterAll(() => world[Symbol.asyncDispose]());

const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const screens = {
  'desktop light': { colorScheme: 'light' },
  'desktop dark': { colorScheme: 'dark' },
  'phone light': { ...phone, colorScheme: 'light' },
  'phone dark': { ...phone, colorScheme: 'dark' },
} satisfies Record<string, BrowserContextOptions>;

/** Who wants pictures gets them of all four. */
const tested = Object.entries(screens).filter(
  ([name]) => env['STATES'] !== undefined || name === 'desktop light' || name === 'phone dark',
);

describe.each(tested)('%s', (screen, options) => {
  const key = screen.replace(' ', '-');
  const isPhone = screen.startsWith('phone');
  /** One person in a page of its own. */
  const open = async (userId: string, path = `/?user=${userId}`) =>
    new PersonPane(await world.open(path, options), userId);
  const look = (pane: PersonPane, name: string) => lookAt(pane.page, `${key} ${name}`);

  test('a conversation with everything that it can contain, its menus, members and the raw log', async () => {
    const [ann, ben] = [await open('ann'), await open('ben')];
    await Promise.all([ann.isIn('lobby'), ben.isIn('lobby')]);
    const group = `words-${key}`;
    await ann.create(group, 'public', 'Where shall we eat?');
    await look(ann, 'conversation empty');
    await ben.join(group);
    await ben.isIn(group);
    await ann.say('Lunch at twelve?', 'I could also do one, if one of us books a table: the place is small.');
    await ben.message('Lunch at twelve?').hover();
    await ben.message('Lunch at twelve?').getByRole('button', { name: 'Reply' }).click();
    await look(ben, 'conversation reply');
    await ben.say('One is better, I am in a call until then.');
    await ann.message('in a call').hover();
    await ann.message('in a call').getByRole('button', { name: 'React with 👍' }).click();
    await ann.act('Lunch at twelve?', 'Pin');
    await ann.act('Lunch at twelve?', 'Edit');
    await ann.say('Lunch at one?');
    await ben.say('never mind');
    await ben.message('never mind').hover();
    await ben.act('never mind', 'Take down');
    await ann.say('One it is, @ben. Same place?');
    await ben.message('Same place').waitFor();
    await ann.composer.pressSequentially('And ');
    await ben.shows('ann is typing');
    await look(ben, 'conversation');
    await ben.message('Same place').hover();
    await ben.message('Same place').getByRole('button', { name: 'More for this message' }).click();
    await look(ben, 'message menu');
    await ben.page.keyboard.press('Escape');
    await ann.composer.fill('Look @');
    await ann.pane.getByRole('option', { name: 'ben' }).waitFor();
    await look(ann, 'mention');
    await ann.composer.fill('x'.repeat(5000));
    await ann.composer.press('Enter');
    await ann.shows('not sent');
    await look(ann, 'message refused');
    await ann.showMembers();
    await ann.members.getByText('ben').waitFor();
    await look(ann, 'members');
    await ann.members.getByRole('button', { name: 'Actions for ben' }).click();
    await look(ann, 'member menu');
    await ann.page.keyboard.press('Escape');
    await ann.button('Make an invite link').click();
    await ann.members.getByText(/#invite=/).waitFor();
    await look(ann, 'invite link made');
    const log = ben.page.getByRole('complementary', { name: 'Raw log' });
    if (!(await log.isVisible())) await ben.page.getByRole('button', { name: 'Raw log' }).click();
    await look(ben, 'log');
    await log.getByText('relay_msg').first().click();
    await look(ben, 'log row');
  });

  test('from the request to the ban: waiting, muted, frozen, banned, and a group that is gone', async () => {
    const group = `board-${key}`;
    const [ann, ben] = [await open('ann'), await open('ben')];
    await Promise.all([ann.isIn('lobby'), ben.isIn('lobby')]);
    await ann.create(group, 'strict', 'The board');
    await ben.join(group, 'Ben from design');
    await ben.shows('Waiting to be accepted');
    await look(ben, 'waiting');
    await ann.showMembers();
    await ann.button('Accept ben').waitFor();
    await look(ann, 'applicant');
    await ann.button('Accept ben').click();
    await ben.isIn(group);
    await ann.actOn('ben', 'Mute');
    await ben.shows('You are muted here');
    await look(ben, 'muted');
    await ann.actOn('ben', 'Unmute');
    await ann.members.getByLabel('Who may send').selectOption({ label: 'admins only' });
    await ben.shows('Who may send: admins only');
    await look(ben, 'admins only');
    await ann.actOn('ben', 'Ban');
    await ben.shows('You are not in this group');
    await ben.button('Ask to join again').click();
    await ben.shows(/\(banned\)/);
    await look(ben, 'banned');
    await look(ann, 'bans');
    await ann.button('Delete the group').click();
    await look(ann, 'delete sure');
    await ann.button(/^Delete the group\?/).click();
    await ann.shows('There is no such group');
    await look(ann, 'deleted');
  });

  test('the ways in: dialogs, refusals, no group at all, an invite, and a link in another tab', async () => {
    const user = `new-${key}`;
    const [ann, cyd] = [await open('ann'), await open(user)];
    await Promise.all([ann.isIn('lobby'), cyd.isIn('lobby')]);
    if (isPhone) await cyd.button('All groups').click();
    await look(cyd, 'groups');
    const dialog = cyd.page.getByRole('dialog');
    await cyd.button('New group').click();
    await dialog.getByLabel('Group id').fill('no spaces here');
    await look(cyd, 'new group');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText(/group_id/).waitFor();
    await look(cyd, 'new group refused');
    await cyd.page.keyboard.press('Escape');
    await cyd.button('Join a group').click();
    await dialog.getByLabel('Group id').fill('nowhere');
    await dialog.getByRole('button', { name: 'Join', exact: true }).click();
    await dialog.getByText(/\(group_not_found\)/).waitFor();
    await look(cyd, 'join refused');
    await cyd.page.keyboard.press('Escape');
    await cyd.open('lobby');
    await cyd.showMembers();
    await cyd.button('Leave the group').click();
    await cyd.shows('You are not in this group');
    await look(cyd, 'left');
    await cyd.page.reload();
    await cyd.shows('You are not in this group');
    if (isPhone) await cyd.button('All groups').click();
    await cyd.shows('No groups yet.');
    await look(cyd, 'no groups');
    const group = `club-${key}`;
    await ann.create(group, 'private');
    await ann.showMembers();
    await ann.members.getByLabel('User to invite').fill(user);
    await ann.members.getByRole('button', { name: 'Invite', exact: true }).click();
    await cyd.open(group);
    await cyd.shows('ann invites you');
    await look(cyd, 'invited');
    await ann.button('Make an invite link').click();
    const address = await ann.members.getByText(/#invite=/).innerText();
    const page = await world.open(`/${address.slice(address.indexOf('#'))}`, options);
    await page.getByText(`${group} has 1 member.`).waitFor();
    await lookAt(page, `${key} invite by link`);
    await page.getByRole('button', { name: 'Open on a phone' }).waitFor();
    const wrong = await world.open('/#invite=not-a-code', options);
    await wrong
      .getByRole('dialog')
      .getByText(/\([a-z_]+\)/)
      .waitFor();
    await lookAt(wrong, `${key} invite by wrong link`);
    await ann.page.getByRole('button', { name: 'Open on a phone' }).click();
    await ann.page.getByRole('dialog').waitFor();
    await look(ann, 'phone');
  });

  test('the connection: its menu, lost, back with what was missed, and refused', async () => {
    const group = `line-${key}`;
    const [ann, ben] = [await open('ann'), await open('ben')];
    await Promise.all([ann.isIn('lobby'), ben.isIn('lobby')]);
    await ann.create(group, 'public');
    await ben.join(group);
    await ben.isIn(group);
    await ben.button('Connection of ben').click();
    await ben.page.getByRole('menu').waitFor();
    await look(ben, 'connection menu');
    await ben.page.keyboard.press('Escape');
    await ben.connection('Stay offline');
    await ben.say('written offline');
    await ann.say('meanwhile one', 'meanwhile two');
    await ben.shows('sending');
    await look(ben, 'connection lost');
    await ben.connection('Go online again');
    await ben.shows('Back. 2 missed entries caught up.');
    await look(ben, 'connection back');
    const page = await world.open('/?user=not%20a%20user', options);
    await page.getByText('not a user is not let in.').waitFor();
    await lookAt(page, `${key} user refused`);
  });

  test('a page whose node is gone says so', async () => {
    const page = await world.open('/', options);
    await page.getByRole('region').first().waitFor();
    await page.route('**/playground.json', (route) => route.abort('internetdisconnected'));
    await page.reload();
    await page.getByText('The node does not answer').waitFor();
    await lookAt(page, `${key} no node`);
  });
});
