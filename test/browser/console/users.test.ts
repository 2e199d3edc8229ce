/** Users in the console, and the way from "I cannot write" to the cause. */
import { readFile } from 'node:fs/promises';
import { eventually } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import type { ConsoleWorld } from './console-world.ts';
import { asked, consoleOnRedis, Operator } from './operator.ts';

let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  world = await consoleOnRedis();
  await ask('POST', '/v1/groups', { group_id: 'team', group_type: 'strict_private', creator_id: 'ann' });
  const add = ['ben', 'cleo', 'dan', 'eve', 'fay'].map((user_id) => ({ user_id }));
  await ask('POST', '/v1/groups/team/members:batch', { add });
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

const ask = (method: string, path: string, body?: object) => asked(world.place.url, method, path, body);

test('from the first page one press leads to the cause, and one more ends it', async () => {
  await ask('POST', '/v1/groups/team/members/cleo/mute', { for_ms: 3_600_000 });
  const page = await world.open('/');
  const operator = new Operator(page);
  await page.getByLabel('Why can’t this user').fill('cleo');
  await page.getByLabel('in this group').fill('team');
  await operator.button('Explain').click();
  await operator.shows('cleo cannot send here.');
  await operator.shows('sender is not muted');
  await operator.act('Unmute', 'Unmute');
  await operator.shows('cleo may send here.');
});

test('without the group, the user’s groups lead there: three presses in all', async () => {
  await ask('POST', '/v1/groups/team/members/dan/mute', {});
  const page = await world.open('/');
  const operator = new Operator(page);
  await page.getByLabel('Why can’t this user').fill('dan');
  await operator.button('Explain').click();
  await operator.heading('dan');
  await operator.row('team').getByRole('link', { name: 'Why?' }).click();
  await operator.shows('dan cannot send here.');
  await page.goBack();
  await operator.heading('dan');
  await page.goForward();
  await operator.shows('dan cannot send here.');
});

test('a user that is in no such group is found out too', async () => {
  const page = await world.open('/explain?group=team&user=none&action=send');
  const operator = new Operator(page);
  await operator.shows('none cannot send here.');
  await operator.act('Add user', 'Add');
  await operator.shows('none may send here.');
});

test('the devices of a user are listed while they are connected, and cut by typing its id', async () => {
  const device = await world.place.device('ben');
  const page = await world.open('/users/ben');
  const operator = new Operator(page);
  await operator.shows('online');
  await operator.shows('1 on 1 node');
  const row = operator.row(device.socket.id ?? 'not connected');
  await row.getByText('WebSocket').waitFor();
  await row.getByText('127.0.0.1').waitFor();
  await operator.button('Disconnect').click();
  const cut = operator.dialog.getByRole('button', { name: 'Disconnect', exact: true });
  expect(await cut.isDisabled()).toBe(true);
  await operator.dialog.getByLabel('Type this to confirm').fill('bem');
  expect(await cut.isDisabled()).toBe(true);
  await page.keyboard.press('Enter');
  expect(device.socket.connected).toBe(true);
  await operator.dialog.getByLabel('Type this to confirm').fill('ben');
  await cut.click();
  await eventually(() => expect(device.socket.connected).toBe(false));
  await row.waitFor({ state: 'detached' });
  await operator.shows('no device is connected');
});

test('what is kept of a user is saved as a file', async () => {
  const page = await world.open('/users/eve');
  const operator = new Operator(page);
  const [download] = await Promise.all([page.waitForEvent('download'), operator.button('Export').click()]);
  expect(download.suggestedFilename()).toBe('eve.ndjson');
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line)).length).toBeGreaterThan(0);
});

test('an erasure asks for the id of the user, and the page follows it to its end', async () => {
  const page = await world.open('/users/fay');
  const operator = new Operator(page);
  await operator.act('Erase user', 'Erase', { 'Type this to confirm': 'fay' });
  await operator.shows(/^Erased: 1 groups left/);
  await operator.shows('No group has this user. Perhaps the id is written in another way.');
});
