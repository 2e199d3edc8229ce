/** What the console finds out about members and messages: words in the archive, who reacted, how far each has read, one of many. */
import { eventually, type PostgresServer, startPostgres } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import { Device } from '../../support/devices/device.ts';
import { tokenOf } from '../../support/wire/http.ts';
import { violationsOf } from './accessibility.ts';
import { ConsoleWorld } from './console-world.ts';
import { asked, Operator } from './operator.ts';

let postgres: PostgresServer;
let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  postgres = await startPostgres();
  world = await ConsoleWorld.node({
    PLENUM_ARCHIVE_URL: postgres.url,
    PLENUM_TRANSPORTS: 'websocket,polling',
    PLENUM_RATE_BURST: '1000',
    PLENUM_CHANGE_RATE_BURST: '1000',
  });
  await ask('POST', '/v1/groups', { group_id: 'team', group_type: 'strict_private', creator_id: 'ann' });
  const add = Array.from({ length: 60 }, (_, i) => ({ user_id: `user-${i}` }));
  await ask('POST', '/v1/groups/team/members:batch', { add });
});
// An archive that is slow for a moment is asked again by the page.
afterEach(() => world.clear([/status of 503.*\/search/]));
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await postgres.stop();
});

const ask = (method: string, path: string, body?: object) => asked(world.place.url, method, path, body);
const send = async (message: string) =>
  String((await ask('POST', '/v1/groups/team/messages', { from_user_id: 'ann', message }))['message_id']);

test('messages of the archive are found by their words, page by page, and acted on', async () => {
  for (let sent = 1; sent <= 60; sent += 1) await send(`tea at ${sent}`);
  await send('<b>coffee</b> at nine');
  await eventually(
    async () => expect((await ask('GET', '/v1/groups/team/search?query=coffee'))['entries']).toHaveLength(1),
    { timeoutMs: 30_000 },
  );
  const page = await world.open('/groups/team/history');
  const operator = new Operator(page);
  const search = page.getByLabel('Find messages in the archive');
  await search.fill('tea -coffee');
  await search.press('Enter');
  await operator.shows('50+ messages');
  await operator.shows('tea at 60');
  await operator.button('Show more').click();
  await operator.shows('60 messages');
  await operator.shows('tea at 1');
  await search.fill('coffee');
  await search.press('Enter');
  await operator.shows('1 message');
  await operator.shows('<b>coffee</b> at nine');
  expect(await violationsOf(page)).toEqual([]);
  await operator.button(/^Acts for \d+$/).click();
  await page.getByRole('menuitem', { name: 'Take down' }).click();
  const down = operator.dialog.getByRole('button', { name: 'Take down', exact: true });
  expect(await down.isDisabled()).toBe(true);
  // The number of the message is what a person can read and type.
  await operator.dialog.getByLabel('Type this to confirm').fill('63');
  await down.click();
  await operator.shows('No message of the archive has these words.');
  await page.goBack();
  await operator.shows('60 messages');
  await operator.link('Back to the log').click();
  await operator.shows('taken down by the service');
});

test('who reacted with what to a message is one press away', async () => {
  const id = await send('lunch?');
  const reactions = `/v1/groups/team/messages/${id}/reactions`;
  for (const user of ['user-1', 'user-2'])
    await ask('PUT', `${reactions}/${encodeURIComponent('+1')}`, { actor_id: user });
  await ask('PUT', `${reactions}/no`, { actor_id: 'user-3' });
  const page = await world.open('/groups/team/history');
  const operator = new Operator(page);
  await operator.button('+1 2').click();
  await operator.dialog.getByRole('link', { name: 'user-1' }).waitFor();
  await operator.dialog.getByRole('link', { name: 'user-2' }).waitFor();
  expect(await operator.dialog.getByText('user-3').count()).toBe(0);
  expect(await violationsOf(page)).toEqual([]);
  await operator.dialog.getByRole('link', { name: 'user-2' }).click();
  await operator.heading('user-2');
});

test('of each member it is seen how far it has read', async () => {
  const { seq } = await ask('GET', '/v1/groups/team');
  await using reader = await new Device(world.place.url, await tokenOf('user-7')).connected();
  await reader.must('mark_read', { group_id: 'team', seq });
  await send('not read yet');
  const page = await world.open('/groups/team/members');
  const operator = new Operator(page);
  await page.getByLabel('Find a member by its id').fill('user-7');
  await operator.button('Find').click();
  await operator
    .row('user-7')
    .getByText(`seq ${Number(seq).toLocaleString('en')}`)
    .waitFor();
  await operator.row('user-8').waitFor({ state: 'detached' });
  await page.getByLabel('Find a member by its id').fill('ann');
  await operator.button('Find').click();
  await operator.row('ann').getByText('the end').waitFor();
  expect(await violationsOf(page)).toEqual([]);
});

test('one member of many is found by its id, without reading the list, and acted on', async () => {
  const page = await world.open('/groups/team/members');
  const operator = new Operator(page);
  await operator.row('user-1').waitFor();
  const reads: string[] = [];
  page.on('request', (request) => reads.push(request.url()));
  const find = page.getByLabel('Find a member by its id');
  await find.fill('user-59');
  await find.press('Enter');
  await operator.row('user-59').waitFor();
  await operator.row('user-1').waitFor({ state: 'detached' });
  await operator.menuAct('user-59', 'Mute', 'Mute');
  await operator.row('user-59').getByText('muted').waitFor();
  expect(reads.filter((url) => url.includes('/members?') && !url.includes('user_id=user-59'))).toEqual([]);
  await find.fill('user-60');
  await find.press('Enter');
  await operator.shows('user-60 is not in this list.');
  await find.fill('');
  await operator.row('user-1').waitFor();
});

test('a device over polling is seen as one', async () => {
  const token = await tokenOf('user-5');
  await using device = await new Device(world.place.url, token, { transports: ['polling'] }).connected();
  const page = await world.open('/users/user-5');
  const row = new Operator(page).row(device.socket.id ?? 'not connected');
  await row.getByText('polling').waitFor();
});
