/** The chats in a page: two people in Chromium, served by the commands that the READMEs name. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '@plenum/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../browser/browser-world.ts';
import { CommandProcess } from '../command-process.ts';
import { root } from '../source-tree.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { startExample, urlOf } from './example-process.ts';

let redis: RedisServer;
let browser: Browser;
beforeAll(async () => {
  [redis, browser] = await Promise.all([startRedis(), launchChromium()]);
});
afterAll(async () => {
  await browser.close();
  await redis.stop();
});

/** In a profile of its own. @returns the page, and what went wrong in it */
async function open(url: string, colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({ colorScheme });
  const errors: string[] = [];
  context.on('weberror', (event) => errors.push(String(event.error().stack)));
  const page = await context.newPage();
  await page.goto(url);
  return { page, errors };
}

const startVite = (folder: string, environment: Readonly<Record<string, string>> = {}) =>
  new CommandProcess('node_modules/vite/bin/vite.js', ['--host', '127.0.0.1', '--port', '0'], {
    PWD: folder,
    NO_COLOR: '1',
    ...environment,
  });

async function say(page: Page, text: string): Promise<void> {
  await page.getByPlaceholder('Message').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}
const lines = (page: Page) => page.locator('li').allInnerTexts();
const shows = (page: Page, text: string) =>
  expect.poll(async () => (await lines(page)).join('\n'), { timeout: 20_000 }).toContain(text);

test('two people chat in a page of plain HTML, and continue after the server was away', async () => {
  await using example = startExample('html-chat', { environment: { REDIS_URL: redis.serviceUrl } });
  const url = await urlOf(example);
  const [ann, bob] = [await open(`${url}/?user=ann`), await open(`${url}/?user=bob`)];
  await shows(ann.page, 'bob joined');
  await say(ann.page, 'hello <b>bob</b>');
  await shows(bob.page, 'ann: hello <b>bob</b>');
  example.signal('SIGTERM');
  await example.ended;
  const environment = { REDIS_URL: redis.serviceUrl, PORT: new URL(url).port };
  await using again = startExample('html-chat', { environment });
  await urlOf(again);
  await expect.poll(() => bob.page.locator('#state').innerText(), { timeout: 20_000 }).toMatch(/^connected/);
  await say(bob.page, 'still here');
  await shows(ann.page, 'bob: still here');
  expect((await lines(ann.page)).filter((line) => line.includes('hello'))).toHaveLength(1);
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});

test('two people chat in React', async () => {
  const folder = 'apps/examples/react-chat';
  const readme = readFileSync(join(root, folder, 'README.md'), 'utf8');
  expect(readme).toContain('npx plenum dev\nnpx vite\n');
  await using node = await ServedNode.start('memory', { PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' });
  await using vite = startVite(join(root, folder), { VITE_PLENUM_URL: node.url });
  const [, url = ''] = await vite.until(/Local:\s+(http:\/\/\S+)/);
  const [ann, bob] = [await open(`${url}?user=ann`), await open(`${url}?user=bob`, 'dark')];
  await expect.poll(() => ann.page.locator('header').innerText(), { timeout: 60_000 }).toContain('2 online');
  await bob.page.getByPlaceholder('Message').pressSequentially('hi', { delay: 50 });
  await expect.poll(() => ann.page.locator('form').innerText(), { timeout: 20_000 }).toContain('bob …');
  await bob.page.keyboard.press('Enter');
  await shows(ann.page, 'hi');
  await say(ann.page, 'hello');
  await shows(bob.page, 'hello');
  await bob.page.locator('li', { hasText: 'hello' }).getByRole('button').click();
  await expect
    .poll(() => lines(ann.page), { timeout: 20_000 })
    .toContainEqual(expect.stringContaining('👍 1'));
  const screenshots = process.env['SCREENSHOTS'];
  if (screenshots !== undefined) {
    await ann.page.screenshot({ path: join(screenshots, 'light.png') });
    await bob.page.screenshot({ path: join(screenshots, 'dark.png') });
  }
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});

/** The files of a guide, by the block of their language. @param script language and name of the second file */
function filesOfGuide(name: string, script: 'js' | 'jsx', url: string): Readonly<Record<string, string>> {
  const guide = readFileSync(join(root, `apps/docs/guides/${name}`), 'utf8');
  const block = (language: string) =>
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? '';
  const text = block(script).replace('http://localhost:3000', url);
  return { 'index.html': block('html'), [`main.${script}`]: text };
}

test.each([
  ['react.md', 'jsx', 'p'],
  ['first-page.md', 'js', 'li'],
] as const)('the two files of the guide %s are a chat', async (guide, script, element) => {
  await using node = await ServedNode.start('memory', { PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' });
  mkdirSync(join(root, 'test/examples/dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'test/examples/dist/'));
  const files = filesOfGuide(guide, script, node.url);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await using vite = startVite(folder);
  const [, url = ''] = await vite.until(/Local:\s+(http:\/\/\S+)/);
  const [ann, bob] = [await open(`${url}?user=ann`), await open(`${url}?user=bob`)];
  await expect(ann.page.getByPlaceholder('Message').isVisible()).resolves.toBe(true);
  const shown = (page: Page) => page.locator(element).allInnerTexts();
  await expect
    .poll(
      async () => {
        await say(ann.page, 'are you there?');
        return shown(bob.page);
      },
      { timeout: 30_000, interval: 500 },
    )
    .toContain('ann: are you there?');
  await say(bob.page, 'yes');
  await expect.poll(() => shown(ann.page), { timeout: 20_000 }).toContain('bob: yes');
  rmSync(folder, { recursive: true });
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
