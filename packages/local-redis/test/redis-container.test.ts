/** Redis by the command `docker`: a command of that name runs the server as a process, and is the first on the PATH. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isDockerRunning } from '../src/docker.ts';
import { freePort } from '../src/free-port.ts';
import { containerLauncher } from '../src/redis-container.ts';

const given = { ...process.env };
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fake docker '));
  await cp(fileURLToPath(new URL('fake-docker.js', import.meta.url)), join(folder, 'docker'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  Object.assign(process.env, { PATH: `${folder}${delimiter}${given['PATH']}`, FAKE_DOCKER: folder });
});
afterEach(async () => {
  process.env['PATH'] = given['PATH'];
  for (const name of ['FAKE_DOCKER', 'FAKE_DOCKER_HAS_IMAGE']) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

/** @returns whether a Redis answers at the port */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => resolve(reply.toString().startsWith('+PONG')));
    socket.once('error', () => resolve(false));
    socket.once('data', () => socket.destroy());
  });

const launched = async () => {
  const port = await freePort();
  const redis = await containerLauncher({ port, dir: folder, args: ['--save', ''] });
  await eventually(async () => expect(await answers(port)).toBe(true));
  return { port, redis };
};

test('a container serves on 127.0.0.1 only, has the data of the folder, and ends by a signal', async () => {
  expect(await isDockerRunning()).toBe(true);
  const { port, redis } = await launched();
  const args = await readFile(join(folder, 'run'), 'utf8');
  expect(args).toContain(`--publish\n127.0.0.1:${port}:${port}\n`);
  expect(args).toContain(`type=bind,source=${folder},target=/data\n`);
  expect(redis.hasEnded()).toBe(false);
  await redis.signal('SIGTERM');
  await redis.ended;
  expect(redis.hasEnded()).toBe(true);
  expect(redis.lastLines()).toContain('bye bye');
});

test('an image that is not there is pulled first', async () => {
  process.env['FAKE_DOCKER_HAS_IMAGE'] = 'no';
  const { redis } = await launched();
  expect(await readFile(join(folder, 'pulled'), 'utf8')).toMatch(/^redis:7/);
  await redis.signal('SIGKILL');
  await redis.ended;
});
