/** Who may come in, and what a token with fewer scopes is offered. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import { adminToken } from '../../support/wire/http.ts';
import { ConsoleWorld } from './console-world.ts';
import { asked, Operator } from './operator.ts';

const readToken = 'read-token-of-the-tests-with-32-bytes';
const sha256 = createHash('sha256').update(readToken).digest('hex');

let folder: string;
let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plenum-console-'));
  const adminTokens = [{ name: 'auditor', sha256, scopes: ['read'] }];
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
  await page.route('**/v1/**', (route) => route.fulfill(gone));
  await operator.link('Members').click();
  await operator.shows('The node no longer takes this token. Sign in again.');
});

test('the link of a node in dev mode opens the console once, and its code leaves the address', async () => {
  await using dev = await ConsoleWorld.node({ PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' });
  const [, link = ''] = await dev.place.command.until(/Console: \S+\/console(#code=[\w-]+)/);
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
  const page = await world.open('/groups/team', { token: readToken });
  const operator = new Operator(page);
  await operator.heading('team');
  await operator.shows('auditor');
  const button = operator.button('Delete group');
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  expect(await button.getAttribute('title')).toBe('This needs an admin token with the scope groups');
  await button.click({ force: true });
  expect(await operator.dialog.count()).toBe(0);
  expect(await page.getByRole('switch', { name: 'Read-only' }).getAttribute('aria-checked')).toBe('true');
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
