/** The first minutes with the package alone: an empty folder, `npm install`, `plenum init`, `plenum dev`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { npm } from '../../deploy/npm/npm.js';
import { root } from '../source-tree.ts';
import { runIn } from './run-in.ts';

const guide = readFileSync(join(root, 'apps/docs/guides/init-and-dev.md'), 'utf8');
/** The commands of the page, in order. */
const [install = '', init = '', dev = '', serve = '', ...others] = [
  ...guide.matchAll(/```console\n([\s\S]*?)```/g),
].flatMap(([, block = '']) => block.trim().split('\n'));
/** What follows `npx plenum` or `node` in a command. */
const argsOf = (command: string, program: string) => command.replace(`${program} `, '').split(' ');

const folder = mkdtempSync(join(tmpdir(), "it's ü $HOME 100% & "));
const tools = mkdtempSync(join(tmpdir(), 'tools-'));
const plenum = join(folder, 'node_modules/plenum/bin/plenum.js');

beforeAll(() => {
  npm(folder, 'install', '--no-audit', '--no-fund', inject('tarballs')['plenum'] ?? '');
  npm(tools, 'install', '--no-audit', '--no-fund', '--prefix', tools, 'dclint@3');
});
afterAll(() => {
  for (const made of [folder, tools]) rmSync(made, { recursive: true, force: true });
});

test('the commands of the page are those that are run here', () => {
  expect([install, init, dev]).toEqual(['npm install plenum', 'npx plenum init', 'npx plenum dev']);
  expect(serve).toMatch(/^node --env-file=\.env node_modules\/plenum\/bin\/plenum\.js serve$/);
  expect(others).toEqual([]);
});

test('npx plenum init writes the files of the page, and a second run keeps them', () => {
  const files = () => readdirSync(folder).filter((file) => !/^(?:node_modules|package)/.test(file));
  expect(files()).toEqual([]);
  expect(npm(folder, 'exec', '--no', '--', ...argsOf(init, 'npx'))).toMatch(/written {2}plenum\.config\.mjs/);
  const [, table = ''] = /\| file \|[^\n]*\n\|---[^\n]*\n([\s\S]*?)\n\n/.exec(guide) ?? [];
  const named = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, file]) => file);
  expect(files().sort()).toEqual(named.sort());
  expect(npm(folder, 'exec', '--no', '--', ...argsOf(init, 'npx'))).not.toMatch(/^written/m);
});

test('the compose file is what the specification of Compose allows', () => {
  const dclint = (file: string) =>
    runIn(folder, process.execPath, join(tools, 'node_modules/dclint/bin/dclint.cjs'), file);
  dclint('compose.yml');
  // The tool would see what is not allowed.
  const text = readFileSync(join(folder, 'compose.yml'), 'utf8');
  writeFileSync(join(folder, 'wrong.yml'), text.replace('healthcheck:', 'health:'));
  expect(() => dclint('wrong.yml')).toThrow(/invalid-schema/);
});

test('plenum dev serves, the commands that it prints work, and so does the program of its page', async () => {
  const env = { ...process.env, PORT: '0', REDIS_URL: '', PLENUM_PLAYGROUND: '0' };
  const node = spawn(process.execPath, [plenum, ...argsOf(dev, 'npx plenum')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  node.stdout.on('data', (chunk) => {
    output += chunk;
  });
  try {
    await expect.poll(() => output, { timeout: 60_000 }).toMatch(/send hello .*\n/);
    const [, url = ''] = output.match(/Plenum is ready at (\S+)/) ?? [];
    const commands = [...output.matchAll(/^ {2}npx --no-install (plenum .*)$/gm)].map(
      ([, line = '']) => line,
    );
    expect(commands).toHaveLength(4);
    for (const line of commands.filter((one) => !one.includes('tail')))
      npm(folder, 'exec', '--no', '-c', line);
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    const [, program = ''] = page.match(/<pre><code>(import [\s\S]*?)<\/code>/) ?? [];
    const text = program.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    const shown = `${text.replaceAll('http://127.0.0.1:3000', url)}\nsetTimeout(() => client.close(), 500);\n`;
    writeFileSync(join(inject('outside'), 'hello.mjs'), shown);
    expect(runIn(inject('outside'), process.execPath, 'hello.mjs')).toContain('ada Hello, world');
  } finally {
    node.kill('SIGTERM');
    await once(node, 'exit');
  }
});

test('with the secrets of .env a node serves, and makes no token for everyone', async () => {
  const [redis, port] = [await startRedis(), await freePort()];
  const env = { PATH: process.env['PATH'] ?? '', PORT: String(port), REDIS_URL: redis.serviceUrl };
  const node = spawn(process.execPath, argsOf(serve, 'node'), { cwd: folder, env, stdio: 'ignore' });
  try {
    const url = `http://127.0.0.1:${port}`;
    const statusOf = (path: string, init?: RequestInit) =>
      fetch(`${url}${path}`, init).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(() => statusOf('/readyz'), { timeout: 30_000 }).toBe(200);
    expect(await statusOf('/v1/dev/token', { method: 'POST' })).toBe(404);
  } finally {
    node.kill('SIGTERM');
    await once(node, 'exit');
    await redis.stop();
  }
});
