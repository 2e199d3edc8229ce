/** The program of the README of @plenum/react, in StrictMode, with each React that its package.json names. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@plenum/client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { npm } from '../../deploy/npm/npm.js';
import { launchChromium } from '../browser/browser-world.ts';
import { CommandProcess } from '../command-process.ts';
import { root } from '../source-tree.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { runIn } from './run-in.ts';

let browser: Browser;
let node: ServedNode;
beforeAll(async () => {
  browser = await launchChromium();
  node = await ServedNode.start('memory', { PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' });
  for (const userId of ['ann', 'bob']) {
    const client = createClient({ url: node.url, token: () => tokenOf(userId) });
    expect(await client.connect()).toBe(true);
    if (userId === 'ann') await client.create('room:general', 'public');
    expect(await client.join('room:general', { ensure: true })).toMatchObject({ ok: true });
    client.close();
  }
});
afterAll(async () => {
  await browser.close();
  await node[Symbol.asyncDispose]();
});

async function tokenOf(user_id: string): Promise<string> {
  const answer = await fetch(`${node.url}/v1/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id }),
  });
  return Object(await answer.json()).token;
}

const main = `
import { StrictMode, version } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.jsx';

document.title = version;
const userId = new URLSearchParams(location.search).get('user');
createRoot(document.querySelector('main')).render(<StrictMode><App userId={userId} /></StrictMode>);
`;

/** An empty folder with the packages, this React, and the program. @returns its path */
function folderWith(react: string): string {
  const folder = mkdtempSync(join(tmpdir(), `react ${react} `));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const packed = ['@plenum/client', '@plenum/react'].map((name) => inject('tarballs')[name] ?? '');
  const tools = [`react@${react}`, `react-dom@${react}`];
  expect(npm(folder, 'install', '--no-audit', '--no-fund', ...packed, ...tools)).not.toMatch(
    /peer|ERESOLVE/i,
  );
  const readme = readFileSync(join(root, 'packages/react/README.md'), 'utf8');
  const [, program = ''] = /```jsx\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(program).toContain('https://chat.example.com');
  const files = {
    'app.jsx': program.replace('https://chat.example.com', node.url),
    'main.jsx': main,
    'index.html': '<main></main><script type="module" src="/main.jsx"></script>',
    'render.cjs': readFileSync(join(root, 'test/packages/outside/render.cjs'), 'utf8'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** In a profile of its own. @returns the page, and what went wrong in it */
async function open(url: string, userId: string) {
  const context = await browser.newContext();
  const errors: string[] = [];
  context.on('weberror', (event) => errors.push(String(event.error().stack)));
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await context.route('**/token', async (route) => route.fulfill({ body: await tokenOf(userId) }));
  await context.route('**/favicon.ico', (route) => route.fulfill({ body: '' }));
  const page = await context.newPage();
  await page.goto(`${url}?user=${userId}`);
  return { page, errors };
}

test.each(['18', '19'])('two people chat by the program of the README with React %s', async (react) => {
  const folder = folderWith(react);
  expect(runIn(folder, process.execPath, 'render.cjs')).toBe('<b>idle</b>\n');
  await using vite = new CommandProcess(
    'node_modules/vite/bin/vite.js',
    ['--host', '127.0.0.1', '--port', '0'],
    { PWD: folder, NO_COLOR: '1' },
  );
  const [, url = ''] = await vite.until(/Local:\s+(http:\/\/\S+)/);
  const [ann, bob] = [await open(url, 'ann'), await open(url, 'bob')];
  const shown = ({ page }: typeof ann) => page.locator('p').allInnerTexts();
  const said = `hello with ${react}`;
  await ann.page.locator('input').fill(said);
  await ann.page.keyboard.press('Enter');
  for (const user of [ann, bob]) {
    await expect.poll(() => shown(user), { timeout: 30_000 }).toContain(`ann: ${said}`);
    expect((await shown(user)).filter((text) => text.includes(said))).toHaveLength(1);
  }
  expect(await ann.page.title()).toMatch(new RegExp(`^${react}\\.`));
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
