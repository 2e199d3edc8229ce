/** The console itself: its size and its policy, hostile texts, the keyboard, readers of screens, and small screens. */
import { eventually } from '@plenum/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import { violationsOf } from './accessibility.ts';
import type { ConsoleWorld } from './console-world.ts';
import { asked, consoleOnRedis, Operator } from './operator.ts';

let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  world = await consoleOnRedis();
  await ask('POST', '/v1/groups', { group_id: 'team', group_type: 'strict_private', creator_id: 'ann' });
  const add = ['ben', 'cleo'].map((user_id) => ({ user_id }));
  await ask('POST', '/v1/groups/team/members:batch', { add });
  await ask('PUT', '/v1/groups/team/members/lou', { note: 'from the web team' });
  await ask('POST', '/v1/groups/team/members/dan/ban', { reason: 'spam' });
  await ask('POST', '/v1/groups/team/invite_links', {});
  await ask('POST', '/v1/groups/team/messages', { from_user_id: 'ann', message: 'hello' });
});
afterEach(() => world.clear([/status of 40[04]/]));
afterAll(() => world[Symbol.asyncDispose]());

const ask = (method: string, path: string, body?: object) => asked(world.place.url, method, path, body);

const hostileTexts = [
  '<script>globalThis.broken = true</script>',
  '<img src=x onerror="globalThis.broken=true">',
  '"><svg onload=globalThis.broken=true>',
  'javascript:globalThis.broken=true',
  '<a href="javascript:globalThis.broken=true">click</a>',
  '{{constructor.constructor("globalThis.broken=true")()}}',
  '<iframe srcdoc="<script>parent.broken=true</script>"></iframe>',
  '<style>*{display:none}</style>',
  '<!--<img src="--><img src=x onerror=globalThis.broken=true//">',
  '\u202Egnp.exe\u2066 abc \u2069\u202C \u05D0\u05D1\u05D2 123',
];

async function expectUnbroken(page: Page): Promise<void> {
  expect(await page.evaluate('globalThis.broken')).toBeUndefined();
  expect(await page.locator('#page :is(iframe, img, script, style), a[href^="javascript:"]').count()).toBe(0);
}

test('the first page is small, and its policy allows files of its own origin only', async () => {
  const page = await world.open('/groups', { token: null });
  const sizes: number[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (/\.(js|css)$|^\/console\b[^.]*$/.test(pathname))
      sizes.push(Number(response.headers()['content-length']));
    if (pathname === '/console/groups')
      expect(response.headers()['content-security-policy']).toContain("script-src 'self'; style-src 'self';");
  });
  await page.reload();
  await page.getByLabel('Admin token').waitFor();
  expect(sizes.length).toBeGreaterThanOrEqual(3);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(150_000);
});

test('hostile texts in messages, metadata, notes, reasons and reactions stay texts', async () => {
  const [first = '', second = ''] = hostileTexts;
  await ask('POST', '/v1/groups', {
    ...{ group_id: 'hostile', group_type: 'strict_private', creator_id: 'ann' },
    metadata: { [first]: second },
  });
  await ask('PUT', '/v1/groups/hostile/members/eve', { note: second });
  await ask('POST', '/v1/groups/hostile/members/mallory/ban', { reason: second });
  for (const message of hostileTexts)
    await ask('POST', '/v1/groups/hostile/messages', {
      from_user_id: 'ann',
      message,
      metadata: { [message]: message },
    });
  const sent = await ask('POST', '/v1/groups/hostile/messages', { from_user_id: 'ann', message: 'gone' });
  const message = `/v1/groups/hostile/messages/${sent['message_id']}`;
  await ask('PUT', `${message}/reactions/${encodeURIComponent('<b onclick=alert(1)>')}`, { actor_id: 'ann' });
  await ask('POST', '/v1/groups/hostile/invite_links', {});
  const page = await world.open('/groups/hostile');
  const operator = new Operator(page);
  await operator.shows(/onerror/);
  await expectUnbroken(page);
  for (const [tab, text] of [
    ['History', hostileTexts[6] ?? ''],
    ['Requests', second],
    ['Bans', second],
  ] as const) {
    await page
      .getByRole('navigation', { name: 'Parts of the group' })
      .getByRole('link', { name: tab })
      .click();
    await page.getByText(text, { exact: true }).first().waitFor();
    await expectUnbroken(page);
  }
});

test('hostile addresses and searches are refused in words', async () => {
  const page = await world.open(`/groups/${encodeURIComponent(hostileTexts[1] ?? '')}`);
  const operator = new Operator(page);
  await page.getByRole('alert').filter({ hasText: 'group_id may hold' }).waitFor();
  await page.goto(`${world.place.url}/console/groups?prefix=${encodeURIComponent('<img>')}`);
  await page.getByRole('alert').filter({ hasText: 'prefix holds a character' }).waitFor();
  await page.goto(`${world.place.url}/console/nothing/here`);
  await operator.link('To the cluster').click();
  await operator.heading('Cluster');
  await page.goto(`${world.place.url}/console/groups/%E0%A4%A`);
  await operator.heading('This address is not right');
  await operator.link('Groups').click();
  await operator.heading('Groups');
  await expectUnbroken(page);
});

const overflowing = (page: Page) =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll('html, .frame, .main, .page-body, .part, .table-scroll, .entry, .dialog, .modal')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1).map(({ className }) => className)`,
  );

test('4 KB without a space and the longest ids widen nothing', async () => {
  const [id, user] = ['g'.repeat(128), 'u'.repeat(128)];
  await ask('POST', '/v1/groups', {
    group_id: id,
    group_type: 'private',
    creator_id: user,
    metadata: { t: 't'.repeat(3000) },
  });
  await ask('POST', `/v1/groups/${id}/messages`, { from_user_id: user, message: 'x'.repeat(4096) });
  const page = await world.open(`/groups/${id}`);
  const operator = new Operator(page);
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 740 });
    for (const tab of ['overview', 'history', 'members', 'settings']) {
      await page.goto(`${world.place.url}/console/groups/${id}/${tab}`);
      await operator.heading(id);
      await page.locator('.part').waitFor();
      expect(await overflowing(page), `${tab} at ${width} px`).toEqual([]);
    }
    await page.goto(`${world.place.url}/console/groups/${id}`);
    await operator.button('Delete group').click();
    await operator.dialog.waitFor();
    expect(await overflowing(page)).toEqual([]);
    await page.goto(`${world.place.url}/console/users/${user}`);
    await operator.row(id).waitFor();
    expect(await overflowing(page)).toEqual([]);
  }
});

test('the keyboard alone: sign in, find a group, mute a member, look at the request', async () => {
  const page = await world.open('/groups', { token: null });
  const operator = new Operator(page);
  const { keyboard } = page;
  await page.getByLabel('Admin token').focus();
  await keyboard.type('admin-token-of-the-tests-with-32-bytes');
  await keyboard.press('Enter');
  await operator.heading('Groups');
  await page.getByLabel('Group id begins with').focus();
  await keyboard.type('team');
  await operator.link('team').waitFor();
  await keyboard.press('Enter');
  await operator.heading('team');
  await operator.link('Members').focus();
  await keyboard.press('Enter');
  await operator.button('Acts for cleo').focus();
  await keyboard.press('ArrowDown');
  await page.getByRole('menuitem', { name: 'Mute', exact: true }).waitFor();
  await keyboard.type('mute');
  await keyboard.press('Enter');
  await operator.dialog.waitFor();
  await keyboard.type('10 min');
  await keyboard.press('Enter');
  await operator.dialog.waitFor({ state: 'detached' });
  await operator.row('cleo').getByText('muted').waitFor();
  await operator.button('Delete group').waitFor({ state: 'detached' });
  await operator.button('Requests').focus();
  await keyboard.press('Enter');
  await page
    .getByRole('complementary', { name: 'Requests' })
    .getByText(/cleo\/mute/)
    .waitFor();
});

test('readers of screens find no obstacle, light and dark, on any page', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await world.open('/groups', { colorScheme });
    const operator = new Operator(page);
    await operator.link('team').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    for (const tab of ['overview', 'history', 'members', 'requests', 'bans', 'invites', 'settings']) {
      await page.goto(`${world.place.url}/console/groups/team/${tab}`);
      await page.locator(`.part.is-${tab}`).waitFor();
      await page.getByText('Loading').first().waitFor({ state: 'detached' });
      expect(await violationsOf(page), tab).toEqual([]);
    }
    for (const path of ['/users', '/users/cleo', '/explain?group=team&user=cleo&action=send']) {
      await page.goto(`${world.place.url}/console${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Loading').first().waitFor({ state: 'detached' });
      expect(await violationsOf(page), path).toEqual([]);
    }
    await page.goto(`${world.place.url}/console/groups/team`);
    await operator.button('Send as').click();
    await operator.dialog.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await operator.button('Requests').click();
    await page.getByLabel('Reads too').check();
    await page.locator('.call summary').first().click();
    expect(await violationsOf(page)).toEqual([]);
    await operator.button('Sign out').click();
    await page.getByLabel('Admin token').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  }
});

test('on a phone of 360 px the pages are in a menu, and everything fits', async () => {
  const page = await world.open('/groups/team', { viewport: { width: 360, height: 740 } });
  const operator = new Operator(page);
  await operator.heading('team');
  await operator.link('Members').click();
  await operator.row('cleo').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await violationsOf(page)).toEqual([]);
  await operator.button('Pages').click();
  await page.getByRole('menuitem', { name: 'Users' }).click();
  await page.getByLabel('User id').fill('cleo');
  await page.keyboard.press('Enter');
  await operator.heading('cleo');
  expect(await overflowing(page)).toEqual([]);
  await operator.button('Requests').click();
  await page.getByRole('complementary', { name: 'Requests' }).waitFor();
  expect(await overflowing(page)).toEqual([]);
});

function asksOf(page: Page): readonly string[] {
  const asks: string[] = [];
  page.on('request', (request) => asks.push(request.url()));
  return asks;
}

test('a page that is left alone asks for nothing', async () => {
  const page = await world.open('/users');
  await page.clock.install();
  await page.reload();
  await new Operator(page).heading('Users');
  const asks = asksOf(page);
  await page.clock.runFor('10:00');
  // Whether the node is ready is asked seldom.
  expect(asks.filter((url) => !url.endsWith('/readyz'))).toEqual([]);
});

test('a live tail asks once a second while it is seen, and nothing while it is hidden', async () => {
  const page = await world.open('/groups/team/history');
  await page.clock.install();
  await page.reload();
  await new Operator(page).shows('hello');
  const asks = asksOf(page);
  await eventually(() =>
    expect(asks.filter((url) => url.includes('/messages?after=')).length).toBeGreaterThan(2),
  );
  const show = (state: string) =>
    page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
  await show('hidden');
  await eventually(async () => {
    const before = asks.length;
    await page.clock.runFor('00:10');
    expect(asks).toHaveLength(before);
  });
  await page.clock.runFor('10:00');
  const whenHidden = asks.length;
  await page.clock.runFor('10:00');
  expect(asks).toHaveLength(whenHidden);
  await show('visible');
  await eventually(() => expect(asks.length).toBeGreaterThan(whenHidden));
});
