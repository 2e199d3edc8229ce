/** How `plenum serve --workers` starts, refuses to start, and gives up. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startRedis } from '@plenum/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedWorkers } from '../support/cluster/served-workers.ts';
import { adminToken, jwtSecret } from '../support/wire/http.ts';

const script = 'apps/server/bin/plenum.js';
const secrets = { PORT: '0', PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: adminToken };
const someRedis = { REDIS_URL: 'redis://127.0.0.1:1' };

async function run(words: readonly string[], environment: Readonly<Record<string, string>>) {
  await using command = new CommandProcess(script, words, { ...secrets, ...environment });
  return { code: await command.ended, output: command.output };
}

async function folderWith(file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-workers-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'plenum.config.mjs'), file);
  return folder;
}

test.each([
  [{}, 'PLENUM_WORKERS is 2 but REDIS_URL is not set: workers share their groups through Redis'],
  [
    { ...someRedis, PLENUM_TRANSPORTS: 'websocket,polling' },
    'PLENUM_WORKERS is 2 but PLENUM_TRANSPORTS allows polling: the requests of a polling client would meet different workers; leave polling out, or run nodes on ports of their own behind sticky sessions',
  ],
  [
    { ...someRedis, PLENUM_CLUSTER_STRATEGY: 'local' },
    'PLENUM_WORKERS is 2 but PLENUM_CLUSTER_STRATEGY is local, which allows one node: each worker is one',
  ],
])(
  'two workers are refused in one sentence with %j, by serve and by check',
  async (environment, sentence) => {
    for (const name of ['serve', 'check']) {
      const { code, output } = await run([name], { PLENUM_WORKERS: '2', ...environment });
      expect({ code, output }).toEqual({ code: 1, output: `Plenum cannot start:\n  - ${sentence}\n` });
    }
  },
);

test('the option of the command overrides the variable, and is checked like it', async () => {
  const { code, output } = await run(['serve', '--workers', 'many'], { ...someRedis, PLENUM_WORKERS: '2' });
  expect(code).toBe(1);
  expect(output).toBe(
    'Plenum cannot start:\n  - PLENUM_WORKERS is "many" but must be auto or a whole number from 1 to 512\n',
  );
  await using alone = new CommandProcess(script, ['serve', '--workers', '1'], {
    ...secrets,
    PLENUM_WORKERS: '2',
  });
  await alone.until(/"ready"/);
});

test('check shows the number of workers', async () => {
  await using redis = await startRedis();
  const { output } = await run(['check'], { REDIS_URL: redis.serviceUrl, PLENUM_WORKERS: '3' });
  expect(output).toMatch(/^workers +3$/m);
  const auto = await run(['check'], { REDIS_URL: redis.serviceUrl, PLENUM_WORKERS: 'auto' });
  expect(auto.output).toMatch(/^workers +[1-9]\d*$/m);
});

test('what only a worker can find wrong is said once, with exit code 1', async () => {
  const { code, output } = await run(['serve'], { ...someRedis, PLENUM_WORKERS: '3' });
  expect(code).toBe(1);
  expect(output.match(/127\.0\.0\.1:1\b.*/g)).toHaveLength(1);
});

test('a warning of the configuration is printed once', async () => {
  await using served = await ServedWorkers.start({ PLENUM_WORKER: '2' });
  expect(served.command.output.match(/^Warning: .*/gm)).toEqual([
    'Warning: PLENUM_WORKER is not a variable of Plenum and has no effect: did you mean PLENUM_WORKERS?',
  ]);
});

test('a worker is not a command of its own', async () => {
  const { code, output } = await run(['worker'], someRedis);
  expect({ code, output }).toEqual({
    code: 1,
    output: 'A worker is started by `plenum serve --workers`, not by itself\n',
  });
});

test('workers run with the options of Node with which their primary was started', async () => {
  await using redis = await startRedis();
  const folder = await folderWith('console.error(`options: ` + process.execArgv); export default {};');
  await using command = new CommandProcess(
    script,
    ['serve', '--workers', '2'],
    { ...secrets, REDIS_URL: redis.serviceUrl, PWD: folder },
    ['--max-semi-space-size=33'],
  );
  await command.until(/all workers were started/);
  expect(command.output.match(/^options: .*$/gm)).toEqual(Array(3).fill('options: --max-semi-space-size=33'));
});

test('workers that end as they start are tried five times, then the exit code is 1', async () => {
  const folder = await folderWith(`
    import { existsSync } from 'node:fs';
    if (existsSync(new URL('broken', import.meta.url))) throw new Error('this file is broken now');
    export default {};`);
  await using served = await ServedWorkers.start({ PWD: folder });
  await writeFile(join(folder, 'broken'), '');
  for (const { pid } of served.alive) process.kill(pid, 'SIGKILL');
  expect(await served.command.ended).toBe(1);
  const { output } = served.command;
  expect(output).toContain('this file is broken now');
  expect(output.match(/no worker serves, and new ones end as they start: giving up/g)).toHaveLength(1);
  await eventually(() => expect(served.alive).toEqual([]));
});
