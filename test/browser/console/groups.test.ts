/** Groups in the console: found, read, followed live, and changed by every kind of act. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServedNode } from '../../support/cluster/served-node.ts';
import type { ConsoleWorld } from './console-world.ts';
import { asked, consoleOnRedis, Operator } from './operator.ts';

let world: ConsoleWorld<ServedNode>;
beforeAll(async () => {
  world = await consoleOnRedis();
});
afterEach(() => world.clear([/status of 409/, /status of 404/]));
afterAll(() => world[Symbol.asyncDispose]());

const ask = (method: string, path: string, body?: object) => asked(world.place.url, method, path, body);

async function group(id: string, members: readonly string[] = [], type = 'strict_private'): Promise<void> {
  await ask('POST', '/v1/groups', { group_id: id, group_type: type, creator_id: `${id}-admin` });
  if (members.length > 0)
    await ask('POST', `/v1/groups/${id}/members:batch`, { add: members.map((user_id) => ({ user_id })) });
}
const memberOf = async (id: string, userId: string) => {
  const { members } = await ask('GET', `/v1/groups/${id}/members?limit=200`);
  return Array.isArray(members) ? members.find((row) => row.user_id === userId) : undefined;
};

test('a group is made, found by the beginning of its id, and deleted by typing its id', async () => {
  const page = await world.open('/groups');
  const operator = new Operator(page);
  await operator.act('New group', 'Create', {
    'Group id': 'made-here',
    'Created by': 'ann',
    Type: 'private',
  });
  await operator.heading('made-here');
  await operator.link('Groups').click();
  await page.getByLabel('Group id begins with').fill('made');
  await operator.link('made-here').click();
  await operator.button('Delete group').click();
  const remove = operator.dialog.getByRole('button', { name: 'Delete', exact: true });
  expect(await remove.isDisabled()).toBe(true);
  await operator.dialog.getByLabel('Type this to confirm').fill('made-there');
  expect(await remove.isDisabled()).toBe(true);
  await operator.dialog.getByLabel('Type this to confirm').fill('made-here');
  await remove.click();
  await operator.heading('Groups');
  await page.getByLabel('Group id begins with').fill('made');
  await operator.shows('No group has an id that begins so.');
});

test('applicants are accepted and rejected, and each act shows its request', async () => {
  await group('door');
  for (const user of ['lou', 'max'])
    await ask('PUT', `/v1/groups/door/members/${user}`, { note: `I am ${user}` });
  const page = await world.open('/groups/door/requests');
  const operator = new Operator(page);
  await operator.shows('I am lou');
  await operator.row('lou').getByRole('button', { name: 'Accept' }).click();
  await operator.dialog.getByLabel('Reason').fill('known');
  await operator.dialog.locator('summary', { hasText: 'Request' }).click();
  await operator.dialog.getByText(/\$PLENUM_ADMIN_TOKEN/).waitFor();
  await operator.dialog.getByText(/"reason":"known"/).waitFor();
  await operator.dialog.getByRole('button', { name: 'Accept', exact: true }).click();
  await operator.row('lou').waitFor({ state: 'detached' });
  await operator.button('Requests').click();
  await page
    .getByRole('complementary', { name: 'Requests' })
    .getByText('/v1/groups/door/members/lou/accept')
    .waitFor();
  await operator.row('max').getByRole('button', { name: 'Reject' }).click();
  await operator.dialog.getByLabel('Type this to confirm').fill('max');
  await operator.dialog.getByRole('button', { name: 'Reject', exact: true }).click();
  await operator.shows('No request to join is waiting.');
  expect(await memberOf('door', 'lou')).toMatchObject({ status: 'active' });
  expect(await memberOf('door', 'max')).toBeUndefined();
});

test('members get roles, are muted, kicked and banned, and the list shows it at once', async () => {
  await group('crew', ['ben', 'cleo', 'dan', 'eve']);
  const page = await world.open('/groups/crew/members');
  const operator = new Operator(page);
  await operator.row('ben').waitFor();
  await operator.menuAct('ben', 'Give a role', 'Promote', { Role: 'moderator' });
  await operator.row('ben').getByText('moderator').waitFor();
  await operator.menuAct('ben', 'Take the role away', 'Demote');
  await operator.row('ben').getByText('moderator').waitFor({ state: 'detached' });
  await operator.menuAct('cleo', 'Mute', 'Mute', { For: '10 min' });
  await operator.row('cleo').getByText('muted').waitFor();
  await operator.menuAct('cleo', 'Unmute', 'Unmute');
  await operator.row('cleo').getByText('active').waitFor();
  await operator.menuAct('dan', 'Kick', 'Kick', { Reason: 'asleep' });
  await operator.row('dan').waitFor({ state: 'detached' });
  await operator.menuAct('eve', 'Ban', 'Ban', { For: '1 d', Reason: 'spam' });
  await operator.row('eve').waitFor({ state: 'detached' });
  await operator.menuAct('ben', 'Transfer group to', 'Transfer', { 'As the user': 'crew-admin' });
  await operator.row('ben').getByText('admin', { exact: true }).waitFor();
  await operator.link('Bans').click();
  await operator.row('eve').getByText('spam').waitFor();
  await operator.row('eve').getByRole('button', { name: 'Unban' }).click();
  await operator.dialog.getByRole('button', { name: 'Unban', exact: true }).click();
  await operator.shows('No user is banned.');
});

test('users are added, invited and reached by links', async () => {
  await group('guests');
  const page = await world.open('/groups/guests');
  const operator = new Operator(page);
  await operator.act('Add user', 'Add', { 'User id': 'ida' });
  await operator.button('Add and remove users').click();
  await operator.dialog.getByLabel('Add', { exact: true }).fill('jon\nkim');
  const change = operator.dialog.getByRole('button', { name: 'Change', exact: true });
  await operator.dialog.getByLabel('Remove', { exact: true }).fill('ida');
  expect(await change.isDisabled()).toBe(true);
  await operator.dialog.getByLabel('Remove', { exact: true }).fill('');
  await change.click();
  await operator.dialog.getByText(/"added"/).waitFor();
  await operator.dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  expect(await memberOf('guests', 'kim')).toMatchObject({ status: 'active' });
  expect(await memberOf('guests', 'ida')).toMatchObject({ status: 'active' });
  await operator.link('Invites').click();
  await operator.act('Invite user', 'Invite', { 'User id': 'nia' });
  await operator.row('nia').getByRole('button', { name: 'Revoke' }).click();
  await operator.dialog.getByLabel('Type this to confirm').fill('nia');
  await operator.dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
  await operator.shows('No invite is open.');
  await operator.button('New invite link').click();
  await operator.dialog.getByLabel('Most uses').fill('3');
  await operator.dialog.getByRole('button', { name: 'Make link' }).click();
  const code = await operator.dialog.getByText(/"code"/).textContent();
  await operator.dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await operator.shows('0 of 3');
  await operator.button('Requests').click();
  const requests = page.getByRole('complementary', { name: 'Requests' });
  await requests.getByText('/v1/groups/guests/invite_links', { exact: true }).click();
  const shown = await requests.textContent();
  const secret = String(code).match(/"code": "([^"]+)"/)?.[1] ?? '';
  expect(secret.length).toBeGreaterThan(10);
  expect(shown).not.toContain(secret);
});

test('the live tail shows what comes, in its present state', async () => {
  await group('talk', ['ben']);
  const page = await world.open('/groups/talk/history');
  const operator = new Operator(page);
  await operator.shows('talk-admin created the group');
  const sent = await ask('POST', '/v1/groups/talk/messages', { from_user_id: 'ben', message: 'first words' });
  await operator.shows('first words');
  const message = `/v1/groups/talk/messages/${sent['message_id']}`;
  await ask('PATCH', message, { actor_id: 'ben', message: 'second thoughts' });
  await operator.shows('second thoughts');
  await operator.shows('edited');
  await ask('PUT', `${message}/reactions/${encodeURIComponent('+1')}`, { actor_id: 'ben' });
  await operator.shows('+1 1');
  const seq = String(sent['seq']);
  await operator.menuAct(seq, 'Pin', 'Pin');
  await operator.shows('pinned');
  await operator.menuAct(seq, 'Edit as its author', 'Save', { Message: 'by an operator' });
  await operator.shows('by an operator');
  await operator.menuAct(seq, 'Take down', 'Take down', { Reason: 'off topic' });
  await operator.shows('taken down by the service: off topic');
  expect(await page.getByText('by an operator').count()).toBe(0);
  await page.getByRole('switch', { name: 'Live' }).click();
});

test('older entries come on the way down, and new ones wait until the reader is back', async () => {
  await group('long', ['ben']);
  for (let sent = 0; sent < 150; sent += 1)
    await ask('POST', '/v1/groups/long/messages', { from_user_id: 'long-admin', message: `message ${sent}` });
  const page = await world.open('/groups/long/history');
  const operator = new Operator(page);
  await operator.shows('message 149');
  const list = page.getByRole('region', { name: 'Log of the group' });
  await list.focus();
  for (let pressed = 0; pressed < 6; pressed += 1) await page.keyboard.press('End');
  await operator.shows('The log begins at seq 1.');
  await ask('POST', '/v1/groups/long/messages', { from_user_id: 'long-admin', message: 'while away' });
  await operator.button('1 new entry').click();
  await operator.shows('while away');
});

test('settings are saved with the seq they were read at, so a change meanwhile is not lost', async () => {
  await group('rules', ['ben']);
  const page = await world.open('/groups/rules/settings');
  const operator = new Operator(page);
  await page.getByLabel('Slow mode: one message in').fill('10 s');
  await page.getByLabel('Most members').fill('50');
  await operator.shows('Changes slow_mode_ms, max_members.');
  await operator.button('Save').click();
  await operator.shows('Nothing is changed.');
  expect(await ask('GET', '/v1/groups/rules')).toMatchObject({ slow_mode_ms: 10_000, max_members: 50 });
  await page.getByLabel('Most members').fill('60');
  await ask('PATCH', '/v1/groups/rules', { posting: 'admins' });
  await operator.button('Save').click();
  await operator.shows('The settings were changed meanwhile. Read them again, and save once more.');
  expect(await ask('GET', '/v1/groups/rules')).toMatchObject({ max_members: 50 });
  await operator.button('Read again').click();
  await page.getByLabel('Most members').fill('60');
  await operator.button('Save').click();
  await operator.shows('Nothing is changed.');
  expect(await ask('GET', '/v1/groups/rules')).toMatchObject({ max_members: 60, posting: 'admins' });
});

test('a frozen group says so, and is unfrozen', async () => {
  await group('ice');
  const page = await world.open('/groups/ice');
  const operator = new Operator(page);
  await operator.act('Freeze', 'Freeze');
  await operator.shows('no one: frozen');
  await operator.act('Unfreeze', 'Unfreeze');
  await operator.shows('all members');
});

test('a refusal stays in the window with what was typed', async () => {
  await group('taken');
  const page = await world.open('/groups');
  const operator = new Operator(page);
  await operator.button('New group').click();
  await operator.dialog.getByLabel('Group id').fill('taken');
  await operator.dialog.getByLabel('Created by').fill('ann');
  await operator.dialog.getByRole('button', { name: 'Create' }).click();
  await operator.dialog.getByText('Group already exists').waitFor();
  expect(await operator.dialog.getByLabel('Group id').inputValue()).toBe('taken');
});
