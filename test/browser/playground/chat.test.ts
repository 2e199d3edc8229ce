/** What people can do with messages and groups in the playground, two of them side by side. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PersonPane } from './person-pane.ts';
import { PlaygroundWorld } from './playground-world.ts';

let world: PlaygroundWorld;
beforeAll(async () => {
  world = await PlaygroundWorld.node();
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

test('replies, edits, reactions, pins and take-downs are seen by both', async () => {
  const { ann, ben } = await world.two();
  await ann.create('words', 'public');
  await ben.join('words');
  await ben.isIn('words');
  await ann.say('lunch at twelve?');
  await ben.message('lunch at twelve?').hover();
  await ben.message('lunch at twelve?').getByRole('button', { name: 'Reply' }).click();
  await ben.say('better at one');
  await ann.log.getByRole('blockquote').getByText('lunch at twelve?').waitFor();

  await ann.act('lunch at twelve?', 'Edit');
  await ann.shows('Editing your message');
  await ann.say('lunch at one?');
  await ben.message('lunch at one?').getByText('edited').waitFor();

  await ben.message('lunch at one?').first().hover();
  await ben.message('lunch at one?').getByRole('button', { name: 'React with 👍' }).first().click();
  await ann.button('👍 1').click();
  await ben.button('👍 2, also yours').click();
  await ann.button('👍 1, also yours').waitFor();

  await ann.act('better at one', 'Pin');
  await ben.shows('1 pinned');
  await ben.act('better at one', 'Take down');
  await ann.sees('lunch at one?edited', 'taken down');
});

test('mentions are suggested and marked; typing, unread messages and presence are shown', async () => {
  const { page, ann, ben } = await world.two();
  await ann.create('quiet', 'public');
  await ben.join('quiet');
  await ben.isIn('quiet');
  await ben.open('lobby');
  await ann.composer.pressSequentially('look @b');
  await ann.pane.getByRole('option', { name: 'ben' }).waitFor();
  await ann.composer.press('Enter');
  await ann.composer.press('Enter');
  await ann.message('look @ben').locator('mark').waitFor();
  await ann.say('and this');
  await ben.group('quiet').getByTitle('1 mention').getByText('@2').waitFor();
  await ben.open('quiet');
  await ben.log.getByText('New', { exact: true }).waitFor();
  await ben.composer.pressSequentially('a');
  await ann.shows('ben is typing');
  await ben.act('and this', 'Mark unread from here');
  await ben.open('lobby');
  await ben.group('quiet').getByText('1', { exact: true }).waitFor();

  await ann.shows('2 of 2 online');
  await ben.connection('Stay offline');
  await ann.shows('1 of 2 online');
  expect(await page.getByRole('alert').allInnerTexts()).not.toContain('(rate_limited)');
});

test('an invite, a declined invite, and a link by which a guest comes', async () => {
  const { ann, ben } = await world.two();
  await ann.create('club', 'private');
  await ann.showMembers();
  const invite = async () => {
    await ann.members.getByLabel('User to invite').fill('ben');
    await ann.members.getByRole('button', { name: 'Invite', exact: true }).click();
  };
  await invite();
  await ben.open('club');
  await ben.shows('ann invites you');
  await ben.button('Decline').click();
  await ben.shows('You are not in this group');
  await invite();
  await ben.button('Join').click();
  await ben.isIn('club');

  await ann.button('Make an invite link').click();
  const address = await ann.members.getByText(/#invite=/).innerText();
  const page = await world.open(`/${address.slice(address.indexOf('#'))}`);
  await page.getByText('club has 2 members.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Join' }).click();
  await page.getByRole('textbox', { name: 'Message to club' }).waitFor();
  await ann.members.getByText('1 used').waitFor();
});

test('what an admin decides: who may send, who is admin, and the end of the group', async () => {
  const { ann, ben } = await world.two();
  await ann.create('news', 'public');
  await ben.join('news');
  await ben.isIn('news');
  await ann.showMembers();
  await ann.members.getByLabel('Who may send').selectOption({ label: 'admins only' });
  await ben.shows('Who may send: admins only');
  await ann.actOn('ben', 'Hand the group over');
  await ann.shows('Who may send: admins only');
  await ben.isIn('news');
  await ben.showMembers();
  await ben.button('Delete the group').click();
  await ben.button(/^Delete the group\?/).click();
  await ann.shows('There is no such group');
});

test('two tabs of one user, a reload, and the back button', async () => {
  const context = await world.context();
  const open = async () => {
    const page = await context.newPage();
    await page.goto(`${world.place.url}/?user=cyd`);
    const pane = new PersonPane(page, 'cyd');
    await pane.isIn('lobby');
    return pane;
  };
  const [first, second] = [await open(), await open()];
  await first.say('from the first tab');
  await second.message('from the first tab').waitFor();
  await first.create('cyd:own', 'public');
  await second.group('cyd:own').waitFor();
  await first.page.goBack();
  await first.isIn('lobby');
  await first.page.goForward();
  await first.isIn('cyd:own');
  await first.page.reload();
  await first.isIn('cyd:own');
});

test('a token that the node does not give is asked for, and a page without one gets no further', async () => {
  await using other = await PlaygroundWorld.node({
    PLENUM_JWT_SECRET: 'a-secret-of-the-tests-with-more-than-32-bytes',
    PLENUM_ADMIN_TOKEN: 'admin-token-of-the-tests-with-32-bytes',
    PLENUM_PLAYGROUND: '1',
  });
  const { tokenOf } = await import('../../support/wire/http.ts');
  const page = await other.open('/');
  await page.getByRole('textbox', { name: 'Token' }).fill('nonsense');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This is no token: it has no user.').waitFor();
  await page.getByRole('textbox', { name: 'Token' }).fill(await tokenOf('dan'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  const dan = new PersonPane(page, 'dan');
  await dan.create('dans', 'public');
  await dan.say('signed in');
  await dan.sees('signed in');
  await other.clear();
});
