/** `plenum doctor`: one file with everything that a report needs, and no secret in it, whatever is down. */
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort, startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { adminToken, jwtSecret } from '../support/wire/http.ts';

const secrets = ['pass-of-redis', 'pass-of-postgres', 'key-of-another-program', jwtSecret, adminToken];
const foreign = { SOME_API_KEY: 'key-of-another-program' };
const own = { PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: adminToken, ...foreign };

async function doctor(options: readonly string[], environment: Readonly<Record<string, string>>) {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['doctor', ...options], environment);
  return { code: await command.ended, output: command.output };
}

const folder = () => mkdtemp(join(tmpdir(), 'doctor-'));

test('gathers versions, configuration, Redis, figures, metrics and warnings of a running service', async () => {
  await using redis = await startRedis({ args: ['--requirepass', 'pass-of-redis'] });
  const settings = {
    ...own,
    REDIS_URL: `redis://:pass-of-redis@127.0.0.1:${redis.port}`,
    PLENUM_ARCHIVE_URL: `postgres://plenum:pass-of-postgres@127.0.0.1:${await freePort()}/chat`,
  };
  await using node = await ServedNode.start('given', settings);
  const ann = await node.device('ann-of-the-file');
  await ann.must('create_group', { group_id: 'group-of-the-file', group_type: 'public' });
  await ann.must('relay_msg', { group_id: 'group-of-the-file', message: 'text-of-the-file' });
  await eventually(async () => {
    const { body } = await node.rest('GET', '/v1/nodes/warnings');
    expect(JSON.stringify(body)).toContain('"adapter":"archive"');
  });
  const file = join(await folder(), 'report.json');
  const run = () => doctor(['--output', file, '--url', node.url], settings);
  expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining(`Wrote ${file}`) });
  const text = await readFile(file, 'utf8');
  for (const secret of [...secrets, 'text-of-the-file', 'ann-of-the-file', 'group-of-the-file'])
    expect(text).not.toContain(secret);
  const report = JSON.parse(text);
  expect(report).toMatchObject({
    doctor: 1,
    plenum: expect.any(String),
    configuration: { set: { environment: expect.arrayContaining(['PLENUM_JWT_SECRET', 'REDIS_URL']) } },
    redis: { health: { durability: 'D0' }, servers: { redis: { maxmemory_policy: 'noeviction' } } },
    adapters: { problems: [expect.stringContaining('127.0.0.1')] },
    keys: { problems: [] },
    node: {
      readiness: { ready: true },
      figures: { missing: [] },
      warnings: {
        nodes: [{ warnings: expect.arrayContaining([expect.objectContaining({ level: 'warn' })]) }],
      },
      metrics: expect.arrayContaining([expect.stringMatching(/^plenum_messages_sent_total 1$/)]),
    },
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await run()).toMatchObject({
    code: 1,
    output: expect.stringContaining('exists: give another name'),
  });
});

test('writes what it finds while Redis and the node are down, and of a wrong configuration', async () => {
  const [redisPort, port] = [await freePort(), await freePort()];
  const down = { ...own, REDIS_URL: `redis://:pass-of-redis@127.0.0.1:${redisPort}`, PORT: `${port}` };
  const { code, output } = await doctor(['--output', '-'], down);
  expect(code).toBe(0);
  expect(JSON.parse(output)).toMatchObject({
    redis: { error: expect.any(String) },
    node: { url: `http://127.0.0.1:${port}`, figures: { error: expect.any(String) } },
  });
  const wrong = await doctor(['--output', '-'], {
    ...down,
    PLENUM_RATE_PER_SEC: 'fast',
    // In the place of another one: the sentence quotes it.
    PLENUM_RATE_BURST: foreign.SOME_API_KEY,
    PLENUM_JWT_SECRET: 'short-one',
  });
  expect(wrong.code).toBe(0);
  const { configuration, redis } = JSON.parse(wrong.output);
  expect(configuration.problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^PLENUM_RATE_PER_SEC is "fast" but/),
      expect.stringMatching(/^PLENUM_RATE_BURST is "\*\*\*" but/),
    ]),
  );
  expect(redis).toEqual({ error: 'not tried: the configuration has problems' });
  for (const secret of [...secrets, 'short-one']) expect(output + wrong.output).not.toContain(secret);
});

test('says which figures it did not get, and where they are', async () => {
  const adminPort = await freePort();
  await using node = await ServedNode.start('memory', { ...own, PLENUM_ADMIN_PORT: `${adminPort}` });
  const at = async (url: string) => {
    const { code, output } = await doctor(
      ['--output', join(await folder(), 'report.json'), '--url', url],
      own,
    );
    expect(code).toBe(0);
    return output;
  };
  expect(await at(node.url)).toContain(
    `${node.url} gave no admin, nodes, figures, warnings (HTTP 401); metrics (HTTP 404). They need an admin token, and the port of PLENUM_ADMIN_PORT`,
  );
  expect(await at(`http://127.0.0.1:${adminPort}`)).not.toContain('gave no');
});
