/** A backup of Redis, put back as it is and as the page about Redis says. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually, freePort, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';
import { httpRequest } from '../support/wire/http.ts';

const deploy = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const run = promisify(execFile);
const patience = { timeoutMs: 20_000, everyMs: 100 };

const settingsOn = (server: RedisServer) => ({ ...nodeSettings, REDIS_URL: server.serviceUrl });
const shippedRedis = (dir: string) =>
  startRedis({ args: ['--dir', dir, '--appendonly', 'yes', '--save', ''] });
const readiness = async ({ url }: NodeOnPort) => (await fetch(`${url}/readyz`)).json();

const history = async ({ url }: NodeOnPort) => {
  const { status, body } = await httpRequest('GET', `${url}/v1/groups/kept/messages`);
  return { status, entries: body['entries'] };
};

/** A group with a message. @returns the backup of its Redis, in a folder of its own */
async function backUp(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-backup-'));
  await using server = await startRedis({ appendonly: true });
  await using node = await NodeOnPort.start(settingsOn(server));
  const group = { group_id: 'kept', group_type: 'public', creator_id: 'ann' };
  await httpRequest('POST', `${node.url}/v1/groups`, { body: group });
  const body = { from_user_id: 'ann', message: 'before the fire' };
  expect((await httpRequest('POST', `${node.url}/v1/groups/kept/messages`, { body })).status).toBe(200);
  const redis = new Redis(server.url);
  await redis.call('SAVE');
  const [, dir = ''] = (await redis.config('GET', 'dir')) as string[];
  redis.disconnect();
  await copyFile(join(dir, 'dump.rdb'), join(folder, 'dump.rdb'));
  return folder;
}

test('a backup put back as the page about Redis says has all; one only copied back is not read', async () => {
  const folder = await backUp();
  try {
    const copied = await shippedRedis(folder);
    const empty = new Redis(copied.url);
    expect(await empty.dbsize()).toBe(0);
    empty.disconnect();
    await copied.stop();
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const backup = await backUp();
  const data = await mkdtemp(join(tmpdir(), 'plenum-restored-'));
  try {
    const { stdout } = await run(deploy('restore-redis.sh'), [
      join(backup, 'dump.rdb'),
      data,
      String(await freePort()),
    ]);
    expect(stdout).toMatch(/restored: [1-9]\d* keys/);
    await using server = await shippedRedis(data);
    await using node = await NodeOnPort.start(settingsOn(server));
    expect(await history(node)).toMatchObject({
      status: 200,
      entries: [{ seq: 1 }, { seq: 2, message: 'before the fire' }],
    });
  } finally {
    for (const folder of [backup, data]) await rm(folder, { recursive: true, force: true });
  }
});

test('nodes that used a Redis notice that it is empty, and nodes that are started later say so', async () => {
  await using server = await startRedis();
  await using node = await NodeOnPort.start(settingsOn(server));
  expect(await readiness(node)).not.toHaveProperty('notices');
  await server.restart();
  const notices = [expect.stringMatching(/was in use and Redis came up empty/)];
  await eventually(
    async () => expect(await readiness(node)).toMatchObject({ ready: true, notices }),
    patience,
  );
  expect(node.output).toMatch(/was in use and Redis came up empty/);
  await using later = await NodeOnPort.start(settingsOn(server));
  expect(await readiness(later)).toMatchObject({ ready: true, notices });
  expect(later.output).toMatch(/was in use and Redis came up empty/);
});
