/** The SDK in pages of Chromium while networks, nodes and the page itself stop: every sequence ends complete. */
import { eventually, type FaultProxy, startFaultProxy } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { httpRequest } from '../support/wire/http.ts';
import { BrowserWorld } from './browser-world.ts';
import { Conversation } from './conversation.ts';
import type { PageUser } from './page-user.ts';

const patient = { timeoutMs: 20_000, everyMs: 50 };
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i}`);

let world: BrowserWorld;
let proxy: FaultProxy;
beforeAll(async () => {
  world = await BrowserWorld.start();
});
beforeEach(async () => {
  proxy = await startFaultProxy({ targetPort: Number(new URL(world.cluster.url).port) });
});
afterEach(async () => {
  await world.clear();
  await proxy.stop();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A member whose way to the nodes leads over the proxy, in a group with one whose way does not. */
async function behindProxy(groupId: string) {
  const owner = await world.user('owner');
  const away = await world.user('away', { url: `http://127.0.0.1:${proxy.port}` });
  const talk = await Conversation.among(world.cluster.url, groupId, [owner, away]);
  await talk.say(owner, 'before');
  await talk.untilShown('before');
  return { owner, away, talk };
}

/** @returns what the SDK says it has caught up with. */
const recoveriesOf = (user: PageUser) => user.read(({ recoveries }) => recoveries);

test('a page without a network notices at once, and continues without a gap when it is back', async () => {
  const { owner, away, talk } = await behindProxy('train');
  await away.page.context().setOffline(true);
  await away.until('waiting');
  await eventually(() => expect(proxy.linkCount).toBe(0), patient);
  const saying = talk.say(away, 'from the tunnel');
  await talk.say(owner, ...numbered('tunnel', 20));
  await away.page.context().setOffline(false);
  await saying;
  await talk.say(owner, 'daylight');
  expect(await talk.expectComplete()).toHaveLength(23);
  expect(await recoveriesOf(away)).toMatchObject([{ group_id: 'train', from_seq: 4 }]);
});

test('however long the pauses grew without a network, the page tries soon after it is back', async () => {
  const away = await world.user('away', { reconnectMs: { minMs: 50, maxMs: 600_000 } });
  const lastPauseMs = async () => {
    const pauses = (await away.statuses()).flatMap((status) =>
      'retryInMs' in status ? [status.retryInMs] : [],
    );
    return pauses.at(-1);
  };
  await away.page.context().setOffline(true);
  await eventually(async () => expect(await lastPauseMs()).toBeGreaterThan(800), patient);
  await away.page.context().setOffline(false);
  await away.until('connected');
  expect(await lastPauseMs()).toBeLessThanOrEqual(50);
});

test('a connection that is cut and refused for a while is made again, and nothing is missing', async () => {
  const { owner, away, talk } = await behindProxy('cable');
  proxy.refuse(true);
  proxy.cutAll();
  await away.until('waiting');
  await talk.say(owner, ...numbered('cut', 5));
  proxy.refuse(false);
  await talk.untilShown('cut 4');
  await talk.expectComplete();
  expect(await recoveriesOf(away)).toContainEqual({ group_id: 'cable', from_seq: 4, head_seq: 8 });
});

test('a send whose answer is lost on the way is repeated by the page and stored once', async () => {
  const { away, talk } = await behindProxy('echo');
  proxy.pauseDownstream();
  const saying = talk.say(away, 'once');
  await eventually(async () => {
    const { body } = await httpRequest('GET', `${world.cluster.url}/v1/groups/echo/messages`);
    expect(body['head_seq']).toBe(4);
  }, patient);
  proxy.cutAll();
  await saying;
  await talk.say(away, 'twice');
  expect(await talk.expectComplete()).toEqual(['before', 'once', 'twice']);
});

test('a frozen page leaves presence with its connection, and continues where it stopped', async () => {
  const { owner, away, talk } = await behindProxy('sleep');
  const debuggerOfPage = await away.page.context().newCDPSession(away.page);
  const stopped = new Promise((resolve) => debuggerOfPage.once('Debugger.paused', resolve));
  await debuggerOfPage.send('Debugger.enable');
  await debuggerOfPage.send('Debugger.pause');
  proxy.cutAll();
  // Its next step, as a browser stops a page in the background: it hears of the cut, and does nothing.
  await stopped;
  await eventually(async () => expect(await world.onlineIn('sleep')).toEqual(['owner']), patient);
  await talk.say(owner, ...numbered('dream', 5));
  await debuggerOfPage.send('Debugger.resume');
  await talk.untilShown('dream 4');
  await talk.expectComplete();
  expect(await recoveriesOf(away)).toContainEqual({ group_id: 'sleep', from_seq: 4, head_seq: 8 });
});

test('nodes die one by one: every send of a page is stored once, and no page misses an entry', async () => {
  const [ada, bob] = [await world.user('ada'), await world.user('bob')];
  const trek = await Conversation.among(world.cluster.url, 'trek', [ada, bob]);
  for (const { pid } of world.cluster.nodes.slice(0, 3)) {
    process.kill(pid, 'SIGKILL');
    await trek.say(ada, ...numbered(`without ${pid}`, 10));
    await trek.say(bob, `bob without ${pid}`);
  }
  expect(await trek.expectComplete()).toHaveLength(33);
});
