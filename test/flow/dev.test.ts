/** `plenum dev`: where its Redis comes from, what it prints, and that nothing is left of it. */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startRedis } from '@plenum/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { httpRequest } from '../support/wire/http.ts';

const plenum = 'apps/server/bin/plenum.js';
const started = (environment: Readonly<Record<string, string>> = {}) =>
  new CommandProcess(plenum, ['dev'], { PORT: '0', ...environment });

/** @returns a PATH on which no Redis and no Docker is */
async function barePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bare '));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await symlink(process.execPath, join(folder, 'node'));
  return folder;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test('it starts a Redis of its own, prints what to do, and leaves nothing', async () => {
  await using command = started();
  const [, url = ''] = await command.until(/Plenum is ready at (\S+)/);
  const [, port = ''] = await command.until(/Its Redis is at redis:\/\/127\.0\.0\.1:(\d+)/);
  await command.until(new RegExp(`send hello "Hello, world" --as ben --url ${url}`));
  expect(command.output).toMatch(new RegExp(`^(?:Open|Playground:) ${url} `, 'm'));
  expect(await isOpen(Number(port))).toBe(true);
  expect((await httpRequest('GET', `${url}/readyz`)).body).toMatchObject({ durability: 'D1' });
  const { status } = await httpRequest('POST', `${url}/v1/dev/token`, { body: { user_id: 'ada' } });
  expect(status).toBe(200);
  command.signal('SIGINT');
  expect(await command.ended).toBe(0);
  expect(await isOpen(Number(port))).toBe(false);
});

test('its Redis ends with it also when it is killed', async () => {
  await using command = started();
  const [, port = ''] = await command.until(/Its Redis is at redis:\/\/127\.0\.0\.1:(\d+)/);
  command.signal('SIGKILL');
  await command.ended;
  await eventually(async () => expect(await isOpen(Number(port))).toBe(false));
});

test('a REDIS_URL is used, and no other Redis is started', async () => {
  await using redis = await startRedis();
  await using command = started({ REDIS_URL: redis.serviceUrl });
  await command.until(/Plenum is ready at/);
  await command.until(/--as ben/);
  expect(command.output).not.toContain('Its Redis is at');
});

test('without a Redis here it says what to install, and keeps groups in memory', async () => {
  await using command = started({ PATH: await barePath() });
  await command.until(/Plenum is ready at/);
  await command.until(/kept in memory only/);
  expect(command.output).toContain(
    'There is no Redis 7 here: put redis-server or valkey-server on the PATH, start Docker, or set REDIS_URL.',
  );
});

test('PLENUM_ENGINE=memory wants no Redis', async () => {
  await using command = started({ PLENUM_ENGINE: 'memory' });
  await command.until(/kept in memory only/);
  expect(command.output).not.toMatch(/Its Redis|There is no Redis/);
});

test('several workers share its Redis', async () => {
  await using command = started({ PLENUM_WORKERS: '2' });
  await command.until(/Its Redis is at/);
  const [, url = ''] = await command.until(/Plenum is ready at (\S+)/);
  expect((await httpRequest('GET', `${url}/readyz`)).body).toMatchObject({ durability: 'D1' });
});

test('several workers without a Redis are refused with a sentence', async () => {
  await using command = started({ PLENUM_WORKERS: '2', PATH: await barePath() });
  expect(await command.ended).toBe(1);
  expect(command.output).toContain('2 workers share their groups through Redis. There is no Redis 7 here');
});

test('production is refused', async () => {
  await using command = started({ NODE_ENV: 'production' });
  expect(await command.ended).toBe(1);
  expect(command.output).toMatch(/^plenum dev is for development/);
});
