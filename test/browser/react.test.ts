/** The hooks in pages of Chromium on three nodes, in StrictMode. */
import { type FaultProxy, startFaultProxy } from '@plenum/testkit';
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

const groups = () => `${world.cluster.url}/v1/groups`;
async function asked(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await httpRequest(method, `${groups()}${path}`, body === undefined ? {} : { body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
/** A public group of these users; the first one is its admin. */
async function groupOf(group_id: string, ...[creator_id, ...others]: readonly string[]): Promise<void> {
  await asked('POST', '', { group_id, group_type: 'public', creator_id });
  const add = others.map((user_id) => ({ user_id }));
  if (add.length > 0) await asked('POST', `/${group_id}/members:batch`, { add });
}
const say = (group_id: string, from_user_id: string, message: string) =>
  asked('POST', `/${group_id}/messages`, { from_user_id, message });

test('two people chat, and each sees who is there and who types', async () => {
  await groupOf('hall', 'ada', 'bob');
  const [ada, bob] = [
    await ReactUser.open(world, 'ada', { groupId: 'hall' }),
    await ReactUser.open(world, 'bob', { groupId: 'hall' }),
  ];
  for (const user of [ada, bob]) {
    await user.until(
      ({ current }) => current.online,
      (online) => expect(online).toEqual(['ada', 'bob']),
    );
    await user.until(
      ({ current }) => current.members.members.map(({ user_id, roles }) => [user_id, ...roles]),
      (members) =>
        expect(members).toEqual([
          ['ada', 'admin'],
          ['bob', 'member'],
        ]),
    );
  }
  await ada.read(({ current }) => current.typing.report());
  await bob.until(
    ({ current }) => current.typing.typing,
    (typing) => expect(typing).toEqual(['ada']),
  );
  expect(await ada.send('hello')).toBe('sent');
  await bob.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toEqual(['ada: hello']),
  );
  await bob.until(
    ({ current }) => current.typing.typing,
    (typing) => expect(typing).toEqual([]),
  );
  await bob.until(
    ({ current }) => current.group.unread,
    (unread) => expect(unread).toBe(1),
  );
  await bob.read(({ current }) => current.group.markRead());
  await bob.until(
    ({ current }) => current.group.unread,
    (unread) => expect(unread).toBe(0),
  );
  expect(await bob.send('hi')).toBe('sent');
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toEqual(['ada: hello', 'bob: hi']),
  );
  expect(ada.sockets).toHaveLength(1);
  expect(bob.sockets).toHaveLength(1);
});

test('a message is shown before the server has it, and its element stays', async () => {
  await groupOf('desk', 'ada');
  const ada = await ReactUser.open(world, 'ada', { groupId: 'desk' });
  await ada.until(
    ({ current }) => current.messages.hasOlder,
    (hasOlder) => expect(hasOlder).toBe(false),
  );
  const [before, after] = await ada.read(async ({ current, shown }) => {
    const sending = current.messages.send('at once');
    await new Promise(requestAnimationFrame);
    await Promise.resolve();
    const shownBefore = shown.messages?.messages.map(({ state, seq }) => ({ state, seq }));
    const element = document.querySelector('li');
    await sending;
    while (shown.messages?.messages[0]?.seq === undefined) await new Promise(requestAnimationFrame);
    return [
      shownBefore,
      { isSame: element === document.querySelector('li'), seq: shown.messages.messages[0].seq },
    ];
  });
  expect(before).toMatchObject([{ state: expect.stringMatching(/sending|sent/) }]);
  expect(after).toEqual({ isSame: true, seq: 2 });
});

test('a refused message stays with its reason, until it is sent again or discarded', async () => {
  await groupOf('news', 'owner', 'ada');
  await asked('PATCH', '/news', { posting: 'admins' });
  const ada = await ReactUser.open(world, 'ada', { groupId: 'news' });
  await ada.until(
    ({ current }) => current.group.info?.posting,
    (posting) => expect(posting).toBe('admins'),
  );
  expect(await ada.send('one')).toBe('posting_restricted');
  expect(await ada.send('two')).toBe('posting_restricted');
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toEqual(['ada: one (failed)', 'ada: two (failed)']),
  );
  expect(await ada.read(({ current }) => current.messages.messages[0]?.failure?.code)).toBe(
    'posting_restricted',
  );
  await asked('PATCH', '/news', { posting: 'members' });
  await ada.until(
    ({ current }) => current.group.info?.posting,
    (posting) => expect(posting).toBe('members'),
  );
  await ada.read(async ({ current: { messages } }) => {
    const [one, two] = messages.messages;
    if (one === undefined || two === undefined) throw new Error('they are gone');
    messages.discard(one);
    await messages.retry(two);
  });
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toEqual(['ada: two']),
  );
});

test('over a cut connection nothing is missed, and what was written meanwhile is sent', async () => {
  await groupOf('train', 'ada', 'bob');
  const proxy: FaultProxy = await startFaultProxy({ targetPort: Number(new URL(world.cluster.url).port) });
  const ada = await ReactUser.open(world, 'ada', { groupId: 'train', url: `http://127.0.0.1:${proxy.port}` });
  await say('train', 'bob', 'before');
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toEqual(['bob: before']),
  );
  proxy.refuse(true);
  proxy.cutAll();
  await ada.until(
    ({ current }) => current.plenum.status.state,
    (state) => expect(state).toBe('waiting'),
  );
  const sending = ada.send('written in the tunnel');
  await ada.until(
    ({ texts }) => texts[1],
    (text) => expect(text).toBe('ada: written in the tunnel (sending)'),
  );
  for (let i = 0; i < 20; i += 1) await say('train', 'bob', `missed ${i}`);
  proxy.refuse(false);
  expect(await sending).toBe('sent');
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toHaveLength(22),
  );
  expect((await ada.texts()).at(-1)).toBe('ada: written in the tunnel');
  await ada.until(
    ({ current }) => current.group.unread,
    (unread) => expect(unread).toBe(0),
  );
  await proxy.stop();
});

test('StrictMode asks once, and a component that is gone leaves no listener and no connection', async () => {
  await groupOf('quiet', 'ada', 'bob');
  const given = await ReactUser.open(world, 'ada', { groupId: 'quiet', isGiven: true });
  await given.until(
    ({ current }) => current.group.unread,
    (unread) => expect(unread).toBe(0),
  );
  await given.until(
    ({ current }) => current.online,
    (online) => expect(online).toEqual(['ada']),
  );
  await given.until(
    ({ current }) => current.members.members,
    (members) => expect(members).toHaveLength(2),
  );
  expect(await given.read(({ asked: requests }) => requests)).toMatchObject({
    history: 1,
    list_members: 1,
    presence: 1,
  });
  const count = await given.read(({ listeners }) => listeners);
  await given.read((chat) => chat.unmount());
  await given.until(
    ({ listeners }) => listeners,
    (listeners) => expect(listeners).toBe(0),
  );
  expect(count).toBeGreaterThan(10);
  expect(given.errors).toEqual([]);
  expect(given.sockets).toHaveLength(1);
  const own = await ReactUser.open(world, 'bob', { groupId: 'quiet' });
  await own.until(
    ({ current }) => current.online,
    (online) => expect(online).toEqual(['ada', 'bob']),
  );
  await own.read((chat) => chat.unmount());
  await expect.poll(() => world.onlineIn('quiet'), { timeout: 20_000 }).toEqual(['ada']);
  expect(own.sockets).toHaveLength(1);
});

test('a change of one message renders that one again, and no other', async () => {
  await groupOf('board', 'ada', 'bob');
  for (const text of ['one', 'two', 'three']) await say('board', 'bob', text);
  const ada = await ReactUser.open(world, 'ada', { groupId: 'board' });
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toHaveLength(3),
  );
  const [first, second, third] = await ada.read(({ current }) =>
    current.messages.messages.map(({ key }) => key),
  );
  const before = await ada.read(({ rowRenders }) => ({ ...rowRenders }));
  const outcome = await ada.read(async ({ current: { messages } }) => {
    const id = messages.messages[1]?.message_id ?? '';
    return (await messages.react(id, '👍')).ok;
  });
  expect(outcome).toBe(true);
  await ada.until(
    ({ current }) => current.messages.messages[1]?.reactions?.['👍'],
    (reaction) => expect(reaction).toEqual({ count: 1, me: true }),
  );
  await say('board', 'bob', 'four');
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toHaveLength(4),
  );
  const after = await ada.read(({ rowRenders }) => rowRenders);
  for (const key of [first ?? '', third ?? '']) expect(after[key]).toBe(before[key]);
  expect(after[second ?? '']).toBeGreaterThan(before[second ?? ''] ?? 0);
});

test('older pages are read to the first message', async () => {
  await groupOf('archive', 'bob', 'ada');
  for (let i = 0; i < 70; i += 1) await say('archive', 'bob', `${i}`);
  const ada = await ReactUser.open(world, 'ada', { groupId: 'archive' });
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toHaveLength(50),
  );
  expect(await ada.read(({ current }) => current.messages.hasOlder)).toBe(true);
  await ada.read(({ current }) => current.messages.loadOlder());
  await ada.until(
    ({ texts }) => texts,
    (texts) => expect(texts).toHaveLength(70),
  );
  await ada.until(
    ({ current }) => current.messages.hasOlder,
    (hasOlder) => expect(hasOlder).toBe(false),
  );
  expect((await ada.texts())[0]).toBe('bob: 0');
});
