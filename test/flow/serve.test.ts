import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';

const plenum = 'apps/server/bin/plenum.js';

async function startServe(environment: Readonly<Record<string, string>> = {}) {
  const command = new CommandProcess(plenum, ['serve'], { PORT: '0', ...environment });
  const [, url = ''] = await command.until(/Plenum is ready at (\S+)/);
  return { command, url };
}

test('without an environment a node starts in memory, says so, and its example works', async () => {
  const { command } = await startServe();
  await using _ = command;
  await command.until(/500\);'\n/);
  expect(command.output).toContain('kept in memory only');
  const [snippet = ''] = command.output.match(/^node --input-type=module[\s\S]*500\);'$/m) ?? [];
  const { stdout } = await promisify(execFile)('sh', ['-c', snippet]);
  expect(stdout).toContain("group_id: 'hello'");
  expect(stdout).toContain("status: 'relayed'");
  expect(stdout).toContain("message: 'Hello, world'");
});

test('the home page, health and the OpenAPI document answer', async () => {
  const { command, url } = await startServe();
  await using _ = command;
  const page = await fetch(url);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('Plenum');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ durability: 'D0' });
  expect(await (await fetch(`${url}/openapi.json`)).json()).toHaveProperty('openapi');
});

test('SIGTERM ends a node with exit code 0', async () => {
  const { command } = await startServe();
  await using _ = command;
  command.signal('SIGTERM');
  expect(await command.ended).toBe(0);
});

test('a node whose parent goes away while it starts stops as if it were asked to', async () => {
  const { PATH, HOME } = process.env;
  const child = fork(plenum, ['serve'], { env: { PATH, HOME, PORT: '0' }, execArgv: [], silent: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  child.disconnect();
  const [code] = await once(child, 'exit');
  expect(code, output).toBe(0);
});

test('a bad environment is refused with all of its problems and exit code 1', async () => {
  await using command = new CommandProcess(plenum, ['serve'], {
    PORT: 'x',
    HOST: '0.0.0.0',
    PLENUM_PREFIX: 'A B',
  });
  expect(await command.ended).toBe(1);
  expect(command.output).toContain('PORT is "x"');
  expect(command.output).toContain('PLENUM_PREFIX is "A B"');
});

test.each([
  [{ PLENUM_NOTIFIER_URL: 'http://hooks.example/' }, 'the webhook at hooks.example must be https://'],
  [{ PLENUM_AUTH_URL: 'https://hooks.example/' }, 'a webhook needs at least one secret to be signed with'],
  [{ PLENUM_MODERATION_WORDS: '@/no/such/file' }, 'the file of words for moderation cannot be read'],
])('an adapter that cannot be used stops the start, and check says so too: %j', async (adapter, sentence) => {
  const environment = {
    PORT: '0',
    PLENUM_JWT_SECRET: 's'.repeat(32),
    PLENUM_ADMIN_TOKEN: 'a'.repeat(32),
    ...adapter,
  };
  for (const name of ['serve', 'check']) {
    await using command = new CommandProcess(plenum, [name], environment);
    expect(await command.ended, name).toBe(1);
    expect(command.output.trim().split('\n').at(-1)).toContain(sentence);
  }
});

test('a taken port is one sentence and exit code 1', async () => {
  const { command, url } = await startServe();
  await using _ = command;
  await using second = new CommandProcess(plenum, ['serve'], { PORT: new URL(url).port });
  expect(await second.ended).toBe(1);
  expect(
    second.output
      .trim()
      .split('\n')
      .filter((line) => line.includes(new URL(url).port)),
  ).toHaveLength(1);
  expect(second.output).not.toContain('    at ');
});

test('in production logs are JSON and a token comes from the command', async () => {
  const secrets = {
    PLENUM_JWT_SECRET: 's'.repeat(32),
    PLENUM_ADMIN_TOKEN: 'an-admin-token-of-more-than-32-bytes',
  };
  await using command = new CommandProcess(plenum, ['serve'], { PORT: '0', ...secrets });
  const [line = ''] = await command.until(/^\{.*"msg":"ready".*\}$/m);
  const ready: unknown = JSON.parse(line);
  expect(ready).toMatchObject({ engine: 'memory', durability: 'D0', node: expect.any(String) });
  await using token = new CommandProcess(plenum, ['token', '--user', 'ada'], secrets);
  expect(await token.ended).toBe(0);
  expect(token.output.trim().split('.')).toHaveLength(3);
  expect(command.output).not.toContain('an-admin-token-of-more-than-32-bytes');
});
