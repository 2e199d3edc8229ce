/** Examples of the documents run in a page as they are there, against three nodes in dev mode. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually, startFaultProxy } from '@plenum/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isDense } from '../support/devices/device.ts';
import { httpRequest } from '../support/wire/http.ts';
import { BrowserWorld } from './browser-world.ts';

const pageOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../apps/docs/${name}.md`, import.meta.url)), 'utf8');
const patient = { timeoutMs: 20_000, everyMs: 50 };

let world: BrowserWorld;
beforeAll(async () => {
  world = await BrowserWorld.start({ PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' });
});
afterEach(() => world.clear());
afterAll(() => world[Symbol.asyncDispose]());

/** The first block of a page that imports the client. */
const exampleIn = (name: string): string =>
  /```js\n(import \{ io \}[\s\S]+?)```/.exec(pageOf(name))?.[1] ?? '';

/** A page that runs the code. @returns what it prints, line by line, objects as JSON. */
async function printedBy(code: string): Promise<{ readonly page: Page; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const page = await world.page();
  await world.app.serveExample('/example', code);
  page.on('console', (message) => lines.push(message.text()));
  await page.goto(`${world.app.origin}/example`);
  return { page, lines };
}

async function tokenFor(userId: string): Promise<string> {
  const { body } = await httpRequest('POST', `${world.cluster.url}/v1/dev/token`, {
    token: null,
    body: { user_id: userId },
  });
  return String(body['token']);
}

test('the first client prints its own entries and the answer to its message', async () => {
  const code = exampleIn('start/index').replace('http://127.0.0.1:3000', world.cluster.url);
  expect(code.trim().split('\n').length).toBeGreaterThan(15);
  const { lines } = await printedBy(code);
  const expected = ['1 created bob', '2 bob Hello', expect.stringMatching(/success: true/)];
  // Whether the answer or the push is printed first is not promised: both may come in one packet.
  await eventually(() => expect(lines).toEqual(expect.arrayContaining(expected)), patient);
  expect(lines).toHaveLength(expected.length);
});

test('a page that tries polling where it is not allowed can read what to do instead', async () => {
  const code = `
    import { io } from 'socket.io-client';
    const socket = io('${world.cluster.url}', { reconnection: false });
    socket.on('connect_error', ({ message }) => console.log(message));`;
  const { lines } = await printedBy(code);
  const fix = expect.stringContaining("connect with io(url, { transports: ['websocket'] })");
  await eventually(() => expect(lines).toContainEqual(fix), patient);
});

test('the client that resumes by hand prints every entry once, over a cut connection', async () => {
  await using proxy = await startFaultProxy({ targetPort: Number(new URL(world.cluster.url).port) });
  const token = await tokenFor('ada');
  const ask = (path: string, body: object) =>
    httpRequest('POST', `${world.cluster.url}/v1/groups${path}`, { token, body });
  const say = (message: string) => ask('/hall/messages', { from_user_id: 'ada', message });
  await ask('', { group_id: 'hall', group_type: 'public', creator_id: 'ada' });
  const known = { url: `http://127.0.0.1:${proxy.port}`, token };
  const preamble = Object.entries(known).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`);
  const { lines } = await printedBy([...preamble, exampleIn('guides/resume-by-hand')].join('\n'));
  const entries = () => lines.filter((line) => line.startsWith('hall '));
  await eventually(
    async () => {
      await say('are you there?');
      expect(entries()).not.toHaveLength(0);
    },
    { ...patient, everyMs: 200 },
  );
  proxy.refuse(true);
  proxy.cutAll();
  await say('missed');
  proxy.refuse(false);
  await eventually(() => expect(entries().at(-1)).toMatch(/missed$/), patient);
  await say('live');
  await eventually(() => expect(entries().at(-1)).toMatch(/live$/), patient);
  expect(isDense(entries().map((line) => Number(line.split(' ')[1])))).toBe(true);
});
