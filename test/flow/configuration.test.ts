/** What a node and its commands make of their environment, as an operator meets it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { adminToken, jwtSecret } from '../support/wire/http.ts';

const script = 'apps/server/bin/plenum.js';
const secrets = { PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: adminToken };

async function run(words: readonly string[], environment: Readonly<Record<string, string>>) {
  await using command = new CommandProcess(script, words, { PORT: '0', ...environment });
  return { code: await command.ended, output: command.output };
}

async function folderWith(file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-configuration-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'plenum.config.mjs'), file);
  return folder;
}

test.each([{}, { REDIS_URL: '' }])(
  'in production a node without Redis does not start as if by accident: %j',
  async (redis) => {
    const environment = { ...secrets, NODE_ENV: 'production', ...redis };
    for (const name of ['serve', 'check']) {
      const { code, output } = await run([name], environment);
      expect(code).toBe(1);
      expect(output).toContain('REDIS_URL must be set where NODE_ENV is production');
      expect(output).toContain('set PLENUM_ENGINE=memory');
    }
  },
);

test('in production a node keeps everything in memory where that is asked for', async () => {
  const environment = { NODE_ENV: 'production', HOST: '0.0.0.0', PLENUM_ENGINE: 'memory' };
  await using node = await ServedNode.start('memory', environment);
  const { port } = new URL(node.url);
  expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toMatchObject({ durability: 'D0' });
});

test.each(engines)(
  'beside a Service of Kubernetes named plenum-admin a node on %s starts, and logs one line',
  async (engine) => {
    await using node = await ServedNode.start(engine, {
      PLENUM_ADMIN_PORT: 'tcp://10.0.0.1:80',
      PLENUM_ADMIN_SERVICE_HOST: '10.0.0.1',
      PLENUM_ADMIN_PORT_80_TCP: 'tcp://10.0.0.1:80',
    });
    expect(node.command.output.match(/^Warning: .*/gm)).toEqual([
      'Warning: PLENUM_ADMIN_PORT, PLENUM_ADMIN_SERVICE_HOST, PLENUM_ADMIN_PORT_80_TCP: set by Kubernetes for a Service, so no setting of Plenum, and ignored',
    ]);
  },
);

test('commands of a user need no admin token, Redis or adapter, however wrong those are', async () => {
  await using node = await ServedNode.start('memory');
  const broken = {
    NODE_ENV: 'production',
    HOST: 'chat.internal',
    REDIS_URL: 'nonsense',
    PLENUM_AUTH_URL: 'x',
  };
  const signing = { ...broken, PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: '' };
  const token = await run(['token', '--user', 'ann'], { ...signing, PORT: 'x' });
  expect(token).toEqual({ code: 0, output: expect.stringMatching(/^ey[\w.-]+\n$/) });
  const at = ['--url', node.url];
  const joined = await run(['join', 'g', '--create', '--as', 'ann', ...at], signing);
  expect(joined).toEqual({ code: 0, output: 'created\n' });
  // With a token and a URL nothing is left to ask for.
  const sent = await run(['send', 'g', 'hello', '--token', token.output.trim(), ...at], {
    ...broken,
    PLENUM_JWT_SECRET: 'short',
  });
  expect(sent).toEqual({ code: 0, output: expect.stringMatching(/^relayed seq=/) });
});

test('a command of a user says what of the configuration it needs and cannot use', async () => {
  const { code, output } = await run(['token', '--user', 'ann'], { PLENUM_JWT_SECRET: 'short' });
  expect(code).toBe(1);
  expect(output).toBe('This cannot be done:\n  - PLENUM_JWT_SECRET must be at least 32 bytes long\n');
});

test('a command of a user works beside a configuration file that is not complete', async () => {
  const folder = await folderWith(`export default { PLENUM_JWT_SECRET: '${jwtSecret}', HOST: '0.0.0.0' };`);
  const { code, output } = await run(['token', '--user', 'ann'], { PWD: folder });
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^ey/) });
});
