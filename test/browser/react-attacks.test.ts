/** What applications do to the hooks: they change groups, users and tokens at any time, and groups end and begin anew. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { httpRequest } from '../support/wire/http.ts';
import { BrowserWorld } from './browser-world.ts';
import { ReactUser, serveReact } from './react-user.ts';

let world: BrowserWorld;
beforeAll(async () => {
  world = await BrowserWorld.start({ PLENUM_RATE_PER_SEC: '2000', PLENUM_RATE_BURST: '4000' });
  await serveReact(world);
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

async function asked(method: string, path: string, body?: object): Promise<void> {
  const url = `${world.cluster.url}/v1/groups${path}`;
  const answer = await httpRequest(method, url, body === undefined ? {} : { body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
}
/** A public group; the first user is its admin. */
async function groupOf(group_id: string, ...[creator_id, ...others]: readonly string[]): Promise<void> {
  await asked('POST', '', { group_id, group_type: 'public', creator_id });
  const add = others.map((user_id) => ({ user_id }));
  if (add.length > 0) await asked('POST', `/${group_id}/members:batch`, { add });
}
const say = (group_id: string, from_user_id: string, message: string) =>
  asked('POST', `/${group_id}/messages`, { from_user_id, message });
const textsOf = (user: ReactUser, expected: readonly string[]) =>
  user.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toEqual(expected),
  );

test('groups that are switched quickly end with the messages and the members of the last one', async () => {
  const names = ['red', 'green', 'blue'];
  for (const name of names) {
    await groupOf(name, 'ada', ...(name === 'blue' ? ['bob'] : []));
    await say(name, 'ada', `in ${name}`);
  }
  const ada = await ReactUser.open(world, 'ada', { groupId: 'red', isGiven: true });
  await textsOf(ada, ['ada: in red']);
  const before = await ada.read(({ listeners }) => listeners);
  await ada.read(async (chat, groups) => {
    for (let i = 0; i < 60; i += 1) {
      chat.render({ groupId: [...groups, null][i % 4] ?? null });
      await new Promise((resolve) => setTimeout(resolve, (i * 7) % 20));
    }
    chat.render({ groupId: 'blue' });
  }, names);
  await textsOf(ada, ['ada: in blue']);
  await ada.until(
    ({ current }) => current.members.members.map(({ user_id }) => user_id),
    (members) => expect(members).toEqual(['ada', 'bob']),
  );
  expect(await ada.read(({ listeners }) => listeners)).toBe(before);
  await say('red', 'ada', 'not here');
  await say('blue', 'bob', 'here');
  await textsOf(ada, ['ada: in blue', 'bob: here']);
  expect(ada.errors).toEqual([]);
});

test('another user gets another connection, and nothing of the user before', async () => {
  await groupOf('shared', 'ada', 'bob');
  await say('shared', 'ada', 'for all');
  const page = await ReactUser.open(world, 'ada', { groupId: 'shared' });
  await textsOf(page, ['ada: for all']);
  await page.until(
    ({ current }) => current.group.roles,
    (roles) => expect(roles).toEqual(['admin']),
  );
  await page.read((chat) => chat.render({ userId: 'bob' }));
  await page.until(
    ({ current }) => current.group.roles,
    (roles) => expect(roles).toEqual(['member']),
  );
  // What bob saw first: by now its own connection may have brought all of it.
  const first = await page.read(({ first: { bob } }) => [
    bob?.messages.messages.length,
    bob?.members.members.length,
    bob?.group.roles,
    bob?.online,
  ]);
  expect(first).toEqual([0, 0, [], null]);
  await textsOf(page, ['ada: for all']);
  expect(await page.send('from bob')).toBe('sent');
  await textsOf(page, ['ada: for all', 'bob: from bob']);
  await expect.poll(() => world.onlineIn('shared'), { timeout: 20_000 }).toEqual(['bob']);
  expect(page.sockets).toHaveLength(2);
});

test.each([undefined, null])(
  'a provider whose token becomes %s connects anew and sends none',
  async (token) => {
    const kim = await ReactUser.open(world, 'kim');
    await kim.until(
      ({ current }) => current.plenum.status.state,
      (state) => expect(state).toBe('connected'),
    );
    const sent: string[] = [];
    kim.page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
    await kim.read((chat, given) => {
      Object.assign(chat, { token: given });
      chat.render();
    }, token);
    await kim.until(
      ({ current }) => current.plenum.status,
      (status) => expect(status).toEqual({ state: 'closed', reason: 'unauthenticated' }),
    );
    expect(sent).toContainEqual(expect.stringMatching(/^40\{/));
    expect(sent.join()).not.toContain('"token"');
  },
);

test('a token is replaced by the present function, on the same connection', async () => {
  await groupOf('tokens', 'gil');
  world.app.giveTokens('gil', [10]);
  const gil = await ReactUser.open(world, 'gil', { groupId: 'tokens' });
  await gil.until(
    ({ current }) => current.group.status,
    (status) => expect(status).toBe('active'),
  );
  await gil.read((chat) => {
    const { token } = chat;
    chat.token = async () => {
      chat.asked['token'] = (chat.asked['token'] ?? 0) + 1;
      return typeof token === 'function' ? token() : '';
    };
    chat.render();
  });
  await gil.until(
    (chat) => chat.asked['token'],
    (tokens) => expect(tokens).toBe(1),
  );
  expect(await gil.send('still here')).toBe('sent');
  expect(gil.sockets).toHaveLength(1);
});

test('a member who is kicked keeps what it has read, and continues after it is back', async () => {
  await groupOf('club', 'owner', 'ada');
  await say('club', 'owner', 'before');
  const ada = await ReactUser.open(world, 'ada', { groupId: 'club' });
  await textsOf(ada, ['owner: before']);
  await asked('POST', '/club/members/ada/kick', {});
  await ada.until(
    ({ current }) => [current.group.status, current.group.unread],
    (group) => expect(group).toEqual(['none', null]),
  );
  await say('club', 'owner', 'in between');
  expect(await ada.send('too late')).toBe('not_a_member');
  await textsOf(ada, ['owner: before', 'ada: too late (failed)']);
  await ada.read(({ current }) => current.group.join());
  await ada.until(
    ({ current }) => current.group.status,
    (status) => expect(status).toBe('active'),
  );
  await ada.until(
    ({ current }) => current.members.members.length,
    (count) => expect(count).toBe(2),
  );
  await ada.read(async ({ current: { messages } }) => {
    const failed = messages.messages.find(({ state }) => state === 'failed');
    if (failed !== undefined) await messages.retry(failed);
  });
  await textsOf(ada, ['owner: before', 'owner: in between', 'ada: too late']);
});

test('a group that is deleted and made anew begins with nothing of the one before', async () => {
  await groupOf('phoenix', 'owner', 'ada', 'bob');
  await say('phoenix', 'owner', 'old');
  const ada = await ReactUser.open(world, 'ada', { groupId: 'phoenix' });
  await textsOf(ada, ['owner: old']);
  await asked('DELETE', '/phoenix');
  await ada.until(
    ({ current }) => [current.group.status, current.group.info, current.members.members.length],
    (group) => expect(group).toEqual(['none', null, 0]),
  );
  await groupOf('phoenix', 'owner', 'ada');
  await say('phoenix', 'owner', 'new');
  await textsOf(ada, ['owner: new']);
  await ada.until(
    ({ current }) => [current.group.status, current.members.members.length, current.group.unread],
    (group) => expect(group).toEqual(['active', 2, 1]),
  );
});

test('a thousand messages at once are few renders, and each row is rendered once', async () => {
  await groupOf('flood', 'ada', 'bob');
  const ada = await ReactUser.open(world, 'ada', { groupId: 'flood' });
  await ada.until(
    ({ current }) => [current.group.unread, current.members.members.length],
    (group) => expect(group).toEqual([0, 2]),
  );
  const before = await ada.read(({ renders }) => renders);
  const startMs = performance.now();
  for (let i = 0; i < 1000; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => say('flood', 'bob', `${i + j}`)));
  }
  await ada.until(
    ({ texts }) => texts.length,
    (count) => expect(count).toBe(1000),
  );
  const tookMs = performance.now() - startMs;
  const { renders, rows } = await ada.read(({ renders, rowRenders }) => ({
    renders,
    rows: Object.values(rowRenders),
  }));
  // StrictMode renders twice. Messages, unread and presence each change at most every 50 ms.
  expect(renders - before).toBeLessThan((tookMs / 50 + 5) * 2 * 2);
  expect(Math.max(...rows)).toBeLessThanOrEqual(2);
  await ada.until(
    ({ current }) => current.group.unread,
    (unread) => expect(unread).toBe(1000),
  );
});
