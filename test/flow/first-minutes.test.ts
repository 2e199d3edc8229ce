/** What goes wrong in the first ten minutes with `plenum serve`, and what a person reads then. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { eventually, freePort, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { Device } from '../support/devices/device.ts';
import { httpRequest, tokenOf } from '../support/wire/http.ts';

const plenum = 'apps/server/bin/plenum.js';

/** All that a start that fails says. */
async function failedStart(environment: Readonly<Record<string, string>>): Promise<string> {
  await using command = new CommandProcess(plenum, ['serve'], { PORT: '0', ...environment });
  expect(await command.ended).toBe(1);
  return command.output.trim();
}

/** One sentence for a person: no stack, no object. */
function expectOneSentence(output: string): void {
  expect(output.split('\n')).toHaveLength(1);
  expect(output).toMatch(/^[A-Z].*\.$/);
  expect(output).not.toContain('    at ');
}

async function portIsFree(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
}

/** What is connected to Redis, but for the one who asks. */
async function connectionsOf({ url }: RedisServer): Promise<string[]> {
  const admin = new Redis(url);
  const list = String(await admin.client('LIST'));
  admin.disconnect();
  return list.split('\n').filter((line) => line.includes('name=plenum'));
}

test('a REDIS_URL that leads nowhere is one sentence with the address', async () => {
  const port = await freePort();
  const output = await failedStart({ REDIS_URL: `redis://127.0.0.1:${port}` });
  expectOneSentence(output);
  expect(output).toContain(`127.0.0.1:${port} cannot be reached (ECONNREFUSED): check REDIS_URL`);
});

test('a REDIS_URL with an unknown host is one sentence with the address', async () => {
  const output = await failedStart({ REDIS_URL: 'redis://no-such-host.invalid:6379' });
  expectOneSentence(output);
  expect(output).toContain('no-such-host.invalid:6379 cannot be reached');
});

test('a wrong password of Redis is one sentence, and the password is not in it', async () => {
  await using redis = await startRedis({ args: ['--requirepass', 'right'], users: null });
  const output = await failedStart({ REDIS_URL: `redis://:wr0ng-pass@127.0.0.1:${redis.port}` });
  expectOneSentence(output);
  expect(output).toContain('refused the user or the password that REDIS_URL holds');
  expect(output).not.toContain('wr0ng-pass');
});

test('a missing password of Redis is one sentence that says where to write it', async () => {
  await using redis = await startRedis({ args: ['--requirepass', 'right'], users: null });
  const output = await failedStart({ REDIS_URL: redis.url });
  expectOneSentence(output);
  expect(output).toContain('redis://:password@host:port');
});

test('a Redis that evicts is one sentence that names the setting', async () => {
  await using redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
  const output = await failedStart({ REDIS_URL: redis.serviceUrl });
  expectOneSentence(output);
  expect(output).toContain('maxmemory-policy is allkeys-lru and has to be noeviction');
});

test('a port on which something else than Redis answers is one sentence', async () => {
  await using node = await ServedNode.start('memory');
  const output = await failedStart({ REDIS_URL: `redis://127.0.0.1:${new URL(node.url).port}` });
  expectOneSentence(output);
  expect(output).toContain('Redis at 127.0.0.1');
});

test('on a public address the start names a missing secret and a missing admin token at once', async () => {
  const output = await failedStart({ HOST: '0.0.0.0', PLENUM_ENGINE: 'memory' });
  expect(output).toMatch(/PLENUM_JWT_SECRET must be set outside dev mode.*at least 32 bytes/);
  expect(output).toContain('PLENUM_ADMIN_TOKEN must be set');
  expect(output.split('\n')).toHaveLength(3);
});

test('a slip in a PLENUM_ name is a warning with the right name, and the node starts', async () => {
  await using node = await ServedNode.start('memory', { PLENUM_RATE_BRUST: '5' });
  expect(node.command.output).toContain(
    'PLENUM_RATE_BRUST is not a variable of Plenum and has no effect: did you mean PLENUM_RATE_BURST?',
  );
});

test('io(url) without transports gets the fix, and the log has it once per address', async () => {
  await using node = await ServedNode.start('memory');
  await using device = new Device(node.url, await tokenOf('ann'), { transports: ['polling', 'websocket'] });
  const refusals: Error[] = [];
  device.socket.on('connect_error', (error) => refusals.push(error));
  const fix = "connect with io(url, { transports: ['websocket'] })";
  await eventually(() => expect(refusals).toMatchObject([{ message: expect.stringContaining(fix) }]));
  // It is final: trying again by the same options could not help.
  expect(device.socket.active).toBe(false);
  await new Device(node.url, 'none', { transports: ['polling'], reconnection: false })
    .connected()
    .catch(() => {});
  await node.command.until(/tried polling/);
  expect(node.command.output.match(/tried polling/g)).toHaveLength(1);
  expect(node.command.output).toContain(fix);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a node that has clients with code 0 and leaves nothing',
  async (signal) => {
    await using redis = await startRedis();
    // Not one that the system gives: such a port may be in use by the time of the check.
    const port = await freePort();
    await using command = new CommandProcess(plenum, ['serve'], {
      PORT: String(port),
      REDIS_URL: redis.serviceUrl,
    });
    const [, url = ''] = await command.until(/Plenum is ready at (\S+)/);
    const { body } = await httpRequest('POST', `${url}/v1/dev/token`, { body: { user_id: 'ann' } });
    await using device = await new Device(url, String(body['token']), { reconnection: false }).connected();
    await device.must('create_group', { group_id: 'g', group_type: 'public' });
    command.signal(signal);
    expect(await command.ended).toBe(0);
    await portIsFree(port);
    await eventually(async () => expect(await connectionsOf(redis)).toEqual([]));
    expect(command.output).not.toContain('    at ');
  },
);
