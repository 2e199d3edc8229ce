/** The page itself: its size and its policy, hostile texts, the keyboard, readers of screens, and small screens. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { httpRequest } from '../../support/wire/http.ts';
import { overflowOf, violationsOf } from './looked-at.ts';
import { PersonPane } from './person-pane.ts';
import { PlaygroundWorld } from './playground-world.ts';

let world: PlaygroundWorld;
beforeAll(async () => {
  world = await PlaygroundWorld.node();
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

const hostileTexts = [
  '<script>globalThis.broken = true</script>',
  '<img src=x onerror="globalThis.broken=true">',
  '"><svg onload=globalThis.broken=true>',
  'javascript:globalThis.broken=true',
  '<a href="javascript:globalThis.broken=true">click</a>',
  '{{constructor.constructor("globalThis.broken=true")()}}',
  '<iframe srcdoc="<script>parent.broken=true</script>"></iframe>',
  '<style>*{display:none}</style>',
  "'-globalThis.broken=true-'",
  '&lt;script&gt;globalThis.broken=true&lt;/script&gt;',
  '<!--<img src="--><img src=x onerror=globalThis.broken=true//">',
];
/** `javascript:…` is an id as any other. */
const noIds = hostileTexts.filter((text) => /[^\w.:@|+~=-]/.test(text));
const bidi = '\u202Egnp.exe\u2066 abc \u2069\u202C \u05D0\u05D1\u05D2 123';

test('the first page is small, asks nothing of other origins, and forbids what it does not need', async () => {
  const context = await world.context();
  const page = await context.newPage();
  const sizes: number[] = [];
  page.on('response', (response) => {
    if (/\.(js|css)$|\/$/.test(new URL(response.url()).pathname))
      sizes.push(Number(response.headers()['content-length']));
    if (response.url().endsWith('/'))
      expect(response.headers()['content-security-policy']).toContain("script-src 'self'; style-src 'self';");
  });
  await page.goto(world.place.url);
  await new PersonPane(page, 'ann').isIn('lobby');
  expect(sizes.length).toBeGreaterThanOrEqual(3);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(150_000);
});

test('hostile texts in messages, metadata, reactions, notes and titles stay texts', async () => {
  const { page, ann, ben } = await world.two();
  await ann.create('hostile', 'strict', hostileTexts[0]);
  await ben.join('hostile', hostileTexts[1]);
  await ann.showMembers();
  await ann.members.getByText(hostileTexts[1] ?? '', { exact: true }).waitFor();
  await ann.button('Accept ben').click();
  await ben.isIn('hostile');
  await ben.say(...hostileTexts, bidi);
  await ann.message('exe').waitFor();
  expect(await ann.texts()).toEqual([...hostileTexts, bidi]);
  const { url } = world.place;
  const asked = await httpRequest('POST', `${url}/v1/dev/token`, { token: null, body: { user_id: 'ben' } });
  const token = String(asked.body['token']);
  const [, metadata = ''] = hostileTexts;
  const messages = `${url}/v1/groups/hostile/messages`;
  const body = { from_user_id: 'ben', message: 'with data', metadata: { [metadata]: metadata } };
  const sent = await httpRequest('POST', messages, { token, body });
  const reaction = encodeURIComponent('<b onclick=alert(1)>');
  await httpRequest('PUT', `${messages}/${sent.body['message_id']}/reactions/${reaction}`, {
    token,
    body: {},
  });
  await ann.message('with data').getByText('onerror').waitFor();
  await ann
    .message('with data')
    .getByRole('button', { name: /^<b onclick/ })
    .waitFor();
  await ann.button('Actions for ben').waitFor();
  expect(await page.evaluate('globalThis.broken')).toBeUndefined();
  expect(await page.locator('iframe, #page img, a[href^="javascript:"]').count()).toBe(0);
});

test('hostile ids are refused as texts, and a title is kept apart from what is beside it', async () => {
  const { page, ann } = await world.two();
  const dialog = page.getByRole('dialog');
  await ann.button('Join a group').click();
  for (const id of [...noIds, bidi]) {
    await dialog.getByLabel('Group id').fill(id);
    await dialog.getByRole('button', { name: 'Join', exact: true }).click();
    await dialog.getByText('(invalid_args)').waitFor();
  }
  await page.keyboard.press('Escape');
  await ann.create('titled', 'public', bidi);
  const isolation = "getComputedStyle(document.querySelector('.conversation-title bdi')).unicodeBidi";
  expect(await page.evaluate(isolation)).toBe('isolate');
  for (const user of noIds) {
    const stranger = await world.open(`/?${new URLSearchParams({ user })}`);
    await stranger.getByText(`${user} is not let in.`).waitFor();
    expect(await stranger.evaluate('globalThis.broken')).toBeUndefined();
    await stranger.context().close();
  }
  expect(await page.evaluate('globalThis.broken')).toBeUndefined();
  // A user id that is none is refused by the node.
  await world.clear([/status of 400/]);
});

test('4 KB without a space and the longest ids widen nothing', async () => {
  const longest = 'u'.repeat(128);
  const page = await world.open(`/?user=${longest}`);
  const pane = new PersonPane(page, longest);
  await pane.isIn('lobby');
  await pane.create('g'.repeat(128), 'public', 't'.repeat(300));
  await pane.say('x'.repeat(4096));
  await pane.message('xxx').waitFor();
  await pane.showMembers();
  expect(await overflowOf(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await overflowOf(page)).toEqual([]);
});

test('the keyboard alone: write, walk through messages, react, open menus and dialogs', async () => {
  const { page, ann } = await world.two();
  const { keyboard } = page;
  await ann.composer.focus();
  await keyboard.type('by keyboard');
  await keyboard.press('Enter');
  await ann.message('by keyboard').waitFor();
  await ann.log.focus();
  await keyboard.press('ArrowUp');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await ann.button('👍 1, also yours').waitFor();
  await ann.message('by keyboard').getByRole('button', { name: 'More for this message' }).focus();
  await keyboard.press('ArrowDown');
  await page.getByRole('menuitem', { name: 'Edit' }).waitFor();
  await keyboard.press('Enter');
  await ann.shows('Editing your message');
  await keyboard.press('Escape');
  await ann.button('New group').focus();
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keyboard.type('typed');
  await keyboard.press('Enter');
  await ann.isIn('typed');
  await ann.button('Join a group').focus();
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // The focus is given back in the next frame.
  await page.locator('button:focus').and(ann.button('Join a group')).waitFor();
});

test('readers of screens find no obstacle, light and dark, with dialogs, menus and the log', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, ann, ben } = await world.two({ colorScheme });
    await ann.say(`a word for @ben in ${colorScheme}`);
    await ben.message(`in ${colorScheme}`).waitFor();
    await ben.message(`in ${colorScheme}`).hover();
    await ann.showMembers();
    await page.getByRole('complementary', { name: 'Raw log' }).getByText('relay_msg').first().click();
    expect(await violationsOf(page)).toEqual([]);
    await ann.button('New group').waitFor({ state: 'hidden' });
    await ben.button('New group').click();
    await page.getByRole('dialog').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await ben.button('Connection of ben').click();
    await page.getByRole('menu').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  }
});

test('on an iPhone the style that the policy refuses is there already', async () => {
  const userAgent =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1';
  const context = await world.context({ userAgent, viewport: { width: 390, height: 780 }, hasTouch: true });
  await context.addInitScript("Object.defineProperty(navigator, 'platform', { get: () => 'iPhone' })");
  const page = await context.newPage();
  await page.goto(`${world.place.url}/?user=ann`);
  const ann = new PersonPane(page, 'ann');
  await ann.isIn('lobby');
  await ann.toGroups();
  await ann.button('New group').click();
  const overscroll = 'getComputedStyle(document.querySelector(".modal")).overscrollBehaviorY';
  await page.getByRole('dialog').waitFor();
  expect(await page.evaluate(overscroll)).toBe('contain');
  await world.clear([/Content Security Policy directive.*style-src/]);
});

test('on a phone of 360 px one person is shown at a time, and everything fits', async () => {
  const page = await world.open('/', { viewport: { width: 360, height: 740 } });
  const [ann, ben] = [new PersonPane(page, 'ann'), new PersonPane(page, 'ben')];
  await ann.isIn('lobby');
  await ann.say('from a phone');
  await ann.message('from a phone').waitFor();
  await ann.button('All groups').click();
  await ann.group('lobby').click();
  await ann.showMembers();
  await ann.members.getByText('ben').waitFor();
  await ann.button('Close members').click();
  await page.getByRole('group', { name: 'People' }).getByRole('button', { name: 'ben' }).click();
  await ben.message('from a phone').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await violationsOf(page)).toEqual([]);
});
