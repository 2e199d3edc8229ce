/** Who may come in, and what a token with fewer scopes is offered. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import { adminToken } from '../../support/wire/http.ts';
import { violationsOf } from './accessibility.ts';
import { ConsoleWorld } from './console-world.ts';
import { asked, Operator } from './operator.ts';

/** Tokens of one scope each. */
const oneScope = {
  read: 'read-token-of-the-tests-with-32-bytes',
  groups: 'groups-token-of-the-tests-with-32-bytes',
  ops: 'ops-token-of-the-tests-with-32-bytes',
} as const;
const adminTokens = Object.entries(oneScope).map(([scope, token]) => ({
  ...{ name: `only-${scope}`, scopes: [scope] },
  sha256: createHash('sha256').update(token).digest('hex'),
}));
/** Every page that reads something. */
const readingPages = [
  ...['/', '/groups', '/groups/team', '/groups/team/members', '/users/ann', '/dead-letters', '/adapters'],
  ...['/audit', '/explain?group=team&user=ann&action=send'],
];

let folder: string;
let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plenum-console-'));
  await writeFile(join(folder, 'plenum.config.json'), JSON.stringify({ adminTokens }));
  world = await ConsoleWorld.node({ PWD: folder });
  await asked(world.place.url, 'POST', '/v1/groups', {
    group_id: 'team',
    group_type: 'public',
    creator_id: 'ann',
  });
});
/** What Chromium notes of an answer with this status. */
const status = (code: number) => new RegExp(`status of ${code}`);
afterEach(() => world.clear([status(401), status(403)]));
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('a wrong token is refused in words, and the right one opens the page of the address', async () => {
  const page = await world.open('/groups/team', { token: null });
  const operator = new Operator(page);
  await page.getByLabel('Admin token').fill('wrong');
  await operator.button('Sign in').click();
  await operator.shows('The node does not know this token.');
  await page.getByLabel('Admin token').fill(adminToken);
  await page.keyboard.press('Enter');
  await operator.heading('team');
  expect(await page.evaluate('Object.keys(localStorage).length + document.cookie.length')).toBe(0);
  await page.reload();
  await operator.heading('team');
});

test('signing out forgets the token, and the back button shows nothing', async () => {
  const page = await world.open('/groups');
  const operator = new Operator(page);
  await operator.link('team').click();
  await operator.heading('team');
  await operator.button('Sign out').click();
  await page.getByLabel('Admin token').waitFor();
  expect(await page.evaluate('sessionStorage.length')).toBe(0);
  await page.goBack();
  await page.getByLabel('Admin token').waitFor();
});

test('a token that the node no longer takes leads back to the sign-in', async () => {
  const page = await world.open('/groups/team');
  const operator = new Operator(page);
  await operator.heading('team');
  const gone = { status: 401, json: { code: 'unauthenticated', error: 'no', can_retry: false } };
  await page.route('**/members?**', (route) => route.fulfill(gone));
  await operator.link('Members').click();
  await operator.shows('The node no longer takes this token. Sign in again.');
});

test('the link of a node in dev mode opens the console once, and its code leaves the address', async () => {
  await using dev = await ConsoleWorld.node({ PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' });
  const [, link = ''] = await dev.place.command.until(/Console: \S+\/console(#code=[\w-]+)/);
  const playground = await dev.open('/../', { token: null });
  await playground.getByRole('link', { name: 'Console', exact: true }).click();
  await new Operator(playground).shows(/dev mode prints a link at its start/);
  await playground.close();
  const page = await dev.open(link, { token: null });
  const operator = new Operator(page);
  await operator.heading('Cluster');
  expect(new URL(page.url()).hash).toBe('');
  await operator.button('Requests').click();
  await operator.shows('Each act leaves its request here.');
  const later = await dev.open(link, { token: null });
  await new Operator(later).shows(
    'This link was used already, or has ended. Make a new one, or sign in with a token.',
  );
  expect(new URL(later.url()).hash).toBe('');
  await dev.clear([status(401)]);
});

test('with the scope read alone nothing can be changed, and the page says why', async () => {
  const page = await world.open('/groups/team', { token: oneScope.read });
  const operator = new Operator(page);
  await operator.heading('team');
  await operator.shows('only-read');
  const button = operator.button('Delete group');
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  expect(await button.getAttribute('title')).toBe('This needs an admin token with the scope groups');
  await button.click({ force: true });
  expect(await operator.dialog.count()).toBe(0);
  expect(await page.getByRole('switch', { name: 'Read-only' }).getAttribute('aria-checked')).toBe('true');
});

test.each(['groups', 'ops'] as const)(
  'with the scope %s alone each page says what it lacks, once',
  async (scope) => {
    const page = await world.open('/users', { token: oneScope[scope] });
    const operator = new Operator(page);
    const refused: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 403) refused.push(new URL(answer.url()).pathname);
    });
    for (const path of readingPages) {
      await page.goto(`${world.place.url}/console${path}`);
      await operator.shows('This needs an admin token with the scope read: sign in with another one');
      expect(await operator.button('Try again').count()).toBe(0);
    }
    expect(await violationsOf(page)).toEqual([]);
    await page.clock.install();
    refused.length = 0;
    await page.goto(`${world.place.url}/console/`);
    await eventually(() => expect(refused).toHaveLength(3));
    await page.clock.runFor('01:00');
    await page.getByRole('link', { name: 'Users' }).click();
    await operator.heading('Users');
    expect(refused.sort()).toEqual(['/v1/nodes', '/v1/nodes/figures', '/v1/partitions']);
  },
);

test('a canary and a trace need the scope groups alone, and are not offered with another one', async () => {
  for (const scope of ['read', 'ops'] as const) {
    for (const [path, name] of [
      ['/verify', 'Start a canary'],
      ['/trace', 'Send and trace'],
    ] as const) {
      const page = await world.open(path, { token: oneScope[scope] });
      expect(await new Operator(page).button(name).isDisabled()).toBe(true);
      await page.getByText('This needs an admin token with the scope groups').first().waitFor();
    }
  }
  const page = await world.open('/verify', { token: oneScope.groups });
  const operator = new Operator(page);
  await page.getByLabel('Connections').fill('2');
  await page.getByLabel('Messages').fill('4');
  await operator.button('Start a canary').click();
  await operator.shows('Every message came once, in order, on every connection');
  await operator.shows(/Deleted group/);
  await operator.link('Message path').click();
  await page.getByLabel('Group', { exact: true }).fill('team');
  await page.getByLabel('As the member').fill('ann');
  await operator.button('Send and trace').click();
  await page.getByRole('heading', { name: /^Stored after/ }).waitFor();
});

test('with the scope ops alone users are disconnected, and no group is made', async () => {
  const page = await world.open('/groups', { token: oneScope.ops });
  const operator = new Operator(page);
  const why = 'This needs an admin token with the scope groups';
  expect(await operator.button('New group').getAttribute('title')).toBe(why);
  await operator.link('Users').click();
  await page.getByLabel('User id').fill('ann');
  await page.keyboard.press('Enter');
  await operator.heading('ann');
  await operator.act('Disconnect', 'Disconnect');
  await page
    .getByRole('status')
    .filter({ hasText: /ann\/disconnect.*200/s })
    .waitFor();
});

test('a page that is set to reads only offers no act until it is set back', async () => {
  const page = await world.open('/groups/team');
  const operator = new Operator(page);
  await operator.heading('team');
  const readOnly = page.getByRole('switch', { name: 'Read-only' });
  await readOnly.click();
  await operator.button('Freeze').click({ force: true });
  expect(await operator.dialog.count()).toBe(0);
  await readOnly.click();
  await operator.button('Freeze').click();
  await operator.dialog.waitFor();
});
