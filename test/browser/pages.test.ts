/** The SDK in pages of Chromium on three nodes: what an application does while nothing breaks. */
import { eventually } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { AppServer } from './app-server.ts';
import { BrowserWorld } from './browser-world.ts';
import { Conversation } from './conversation.ts';
import { openApplication, PageUser } from './page-user.ts';

const patient = { timeoutMs: 20_000, everyMs: 50 };

let world: BrowserWorld;
beforeAll(async () => {
  world = await BrowserWorld.start({ PLENUM_TRANSPORTS: 'websocket,polling' });
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

const nodeUrl = (index: number) => world.cluster.node(index).url;

test('members on three nodes see everything once and in one order, and history shows the same', async () => {
  const users = [
    await world.user('ada', { url: nodeUrl(0) }),
    await world.user('bob', { url: nodeUrl(1) }),
    await world.user('cyd', { url: nodeUrl(2) }),
  ] as const;
  const [ada, bob, cyd] = users;
  const hall = await Conversation.among(world.cluster.url, 'hall', users);
  for (const user of users) await hall.say(user, `${user.userId} is here`, 'ünï¢ödé 🧵 <b>"&\u2028');
  await Promise.all(users.map((user) => hall.say(user, `${user.userId} at once`)));
  await hall.say(ada, 'the end');
  expect(await hall.expectComplete()).toHaveLength(10);
  const shown = await ada.entriesOf('hall');
  const page = await cyd.read(({ client }) => client.history('hall', { after: 0 }));
  expect(page).toMatchObject({ ok: true, result: { entries: shown } });
  expect(await bob.statuses()).toEqual([{ state: 'connecting' }, { state: 'connected' }]);
});

test('a refusal is a value in a page too', async () => {
  const ada = await world.user('ada');
  const sent = await ada.send('nowhere', 'hello');
  expect(sent.answer).toEqual({ type: 'refused', code: 'group_not_found' });
});

test('two tabs of one user both get everything, the one that did not join too', async () => {
  const owner = await world.user('owner');
  const context = await world.context();
  const first = await world.user('dan', { context, url: nodeUrl(0) });
  const second = await world.user('dan', { context, url: nodeUrl(1) });
  const tabs = await Conversation.among(world.cluster.url, 'tabs', [owner, first]);
  tabs.watchedBy(second);
  await tabs.say(owner, 'one');
  await tabs.untilShown('one');
  await tabs.say(second, 'two');
  await tabs.say(first, 'three');
  expect(await tabs.expectComplete()).toEqual(['one', 'two', 'three']);
  const [, ...fromJoin] = await first.entriesOf('tabs');
  expect((await second.entriesOf('tabs')).slice(-fromJoin.length)).toEqual(fromJoin);
});

test('a reloaded page continues from the positions that the application kept', async () => {
  const owner = await world.user('owner');
  const eve = await world.user('eve');
  const diary = await Conversation.among(world.cluster.url, 'diary', [owner, eve]);
  await diary.say(owner, 'before');
  await diary.untilShown('before');
  const before = await eve.entriesOf('diary');
  await eve.leavePage();
  await diary.say(owner, 'meanwhile', 'and again');
  await eve.loadAgain();
  await diary.say(owner, 'after');
  await eventually(async () => expect(await eve.textsIn('diary')).toHaveLength(3), patient);
  const seqs = [...before, ...(await eve.entriesOf('diary'))].map(({ seq }) => seq);
  expect(seqs).toEqual([2, 3, 4, 5, 6]);
});

test('a user who closes the page, or leaves it, is no longer online', async () => {
  const [owner, fay, gus] = [await world.user('owner'), await world.user('fay'), await world.user('gus')];
  await Conversation.among(world.cluster.url, 'lobby', [owner, fay, gus]);
  await eventually(
    async () => expect(await world.onlineIn('lobby')).toEqual(['fay', 'gus', 'owner']),
    patient,
  );
  await fay.page.close();
  await eventually(async () => expect(await world.onlineIn('lobby')).toEqual(['gus', 'owner']), patient);
  await gus.page.goto('about:blank');
  await eventually(async () => expect(await world.onlineIn('lobby')).toEqual(['owner']), patient);
});

test('a token that is about to end is replaced, and the connection outlives it', async () => {
  const lifetimeSec = 10;
  world.app.giveTokens('gil', [lifetimeSec]);
  const gil = await world.user('gil');
  const endsMs = performance.now() + lifetimeSec * 1000;
  const owner = await world.user('owner');
  const watch = await Conversation.among(world.cluster.url, 'watch', [owner, gil]);
  await eventually(() => expect(performance.now()).toBeGreaterThan(endsMs), patient);
  await watch.say(gil, 'still here');
  await watch.expectComplete();
  expect(await gil.statuses()).toEqual([{ state: 'connecting' }, { state: 'connected' }]);
});

test('over polling a page gets the same', async () => {
  const owner = await world.user('owner');
  const hal = await world.user('hal', { url: nodeUrl(2), transports: ['polling'] });
  const slow = await Conversation.among(world.cluster.url, 'slow', [owner, hal]);
  await slow.say(owner, 'one', 'two');
  await slow.say(hal, 'three');
  expect(await slow.expectComplete()).toEqual(['one', 'two', 'three']);
});

test('a page of an allowed origin may connect and read REST', async () => {
  const page = await world.page();
  const ivy = await PageUser.open(page, world.app.origin, { url: nodeUrl(0), userId: 'ivy' });
  expect(await ivy.status()).toEqual({ state: 'connected' });
  const application = await openApplication(page, world.app.origin);
  const url = `${nodeUrl(0)}/v1/users/ivy/groups`;
  expect(await application.evaluate(({ statusOf }, at) => statusOf(at, 'ivy'), url)).toBe(200);
});

test('a page of a foreign origin is refused by name, and sees no answer of REST', async () => {
  await using foreign = await AppServer.start();
  const page = await world.page();
  const eve = await PageUser.open(page, foreign.origin, { url: nodeUrl(0), userId: 'eve' });
  expect(await eve.status()).toEqual({ state: 'closed', reason: 'origin_denied' });
  const application = await openApplication(page, foreign.origin);
  const url = `${nodeUrl(0)}/v1/users/eve/groups`;
  expect(await application.evaluate(({ statusOf }, at) => statusOf(at, 'eve'), url)).toBeNull();
});
