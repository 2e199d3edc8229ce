/** `plenum check`: what it says of configurations that are broken, word for word, and that it tries every adapter. */
import { createServer } from 'node:http';
import { freePort, freshPrefix, obtainRedisForTests } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { adminToken, jwtSecret } from '../support/wire/http.ts';

const secrets = { PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: adminToken };
const PLENUM_WEBHOOK_SECRETS = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function check(environment: Readonly<Record<string, string>>) {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['check'], environment);
  const code = await command.ended;
  const isStdout = (line: string) => command.lines.includes(line);
  const said = command.output.split('\n').filter((line) => line !== '' && !isStdout(line));
  return { code, said, shown: command.lines, output: command.output };
}

/** Answers everything with this status. @returns its port */
async function startServer(status: number, body = ''): Promise<number> {
  const port = await freePort();
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, status === 307 ? { location: 'http://127.0.0.1:1/' } : {});
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return port;
}

const longMemory =
  'a node without Redis is alone and forgets everything when it ends; if that is wanted, set PLENUM_ENGINE=memory';
const why = 'must be set outside dev mode (dev mode: HOST is loopback, no secret, NODE_ENV not production)';
const cannot = (...problems: readonly string[]) => [
  'Plenum cannot start:',
  ...problems.map((one) => `  - ${one}`),
];
const wouldNot = (...problems: readonly string[]) => [
  'A node would not work with this:',
  ...problems.map((one) => `  - ${one}`),
];

const brokenAtOnce: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    'production without anything',
    { NODE_ENV: 'production', REDIS_URL: '' },
    cannot(
      `PLENUM_JWT_SECRET ${why}, at least 32 bytes`,
      `PLENUM_ADMIN_TOKEN ${why}`,
      `REDIS_URL must be set where NODE_ENV is production: ${longMemory}`,
    ),
  ],
  [
    'secrets that are short',
    { PLENUM_JWT_SECRET: 'hunter2', PLENUM_ADMIN_TOKEN: 'x' },
    cannot('PLENUM_JWT_SECRET must be at least 32 bytes long'),
  ],
  [
    'a list of admin tokens with a short one',
    { ...secrets, PLENUM_ADMIN_TOKEN: `${adminToken},x` },
    cannot('PLENUM_ADMIN_TOKEN must be at least 32 bytes long outside dev mode, each of them'),
  ],
  [
    'engine and URL that contradict each other',
    { PLENUM_ENGINE: 'memory', REDIS_URL: 'redis://:S3cr3t@127.0.0.1:6379' },
    cannot('PLENUM_ENGINE is memory but REDIS_URL is set: leave one of them out'),
  ],
  [
    'numbers that are none, with a slip in a name',
    { PORT: 'x', PLENUM_LEASE_TTL_MS: '5', PLENUM_RATE_BRUST: '5' },
    [
      'Warning: PLENUM_RATE_BRUST is not a variable of Plenum and has no effect: did you mean PLENUM_RATE_BURST?',
      ...cannot(
        'PORT is "x" but must be a whole number from 0 to 65535',
        'PLENUM_LEASE_TTL_MS is "5" but must be a whole number from 300 to 600000',
      ),
    ],
  ],
  [
    'URLs of databases whose passwords are not escaped',
    { REDIS_URL: 'redis+sentinel://:S3cr/3t@a:1/main', PLENUM_ARCHIVE_URL: 'postgres://u:12/S3cr3t@db/chat' },
    cannot(
      'PLENUM_ARCHIVE_URL must be postgres://user:password@host:port/database (in a password, write / as %2F, # as %23, ? as %3F, @ as %40)',
    ),
  ],
  [
    'a list of allowed places with a URL in it',
    { PLENUM_WEBHOOK_ALLOW: '10.0.0.0/8,http://hooks' },
    cannot(
      'PLENUM_WEBHOOK_ALLOW is "10.0.0.0/8,http://hooks" but must hold host names, addresses and CIDR blocks, with commas between them, and "http://hooks" is none of them (no URL, no port, no *)',
    ),
  ],
];

test.each(brokenAtOnce)('%s: every problem is one sentence, word for word', async (_, environment, said) => {
  const answer = await check(environment);
  expect(answer).toMatchObject({ code: 1, said, shown: [] });
  expect(answer.output).not.toMatch(/S3cr|hunter2/);
});

test('a Redis, an archive, webhooks and a key set that are dead are each named, word for word', async () => {
  const dead = await freePort();
  const unready = await startServer(503);
  const moved = await startServer(307);
  const { code, said, output } = await check({
    ...{ PLENUM_ADMIN_TOKEN: adminToken, PLENUM_WEBHOOK_SECRETS, PLENUM_WEBHOOK_ALLOW: '127.0.0.1' },
    REDIS_URL: `redis://user:S3cr3t@127.0.0.1:${dead}`,
    PLENUM_ARCHIVE_URL: `postgres://user:S3cr3t@127.0.0.1:${dead}/chat?sslpassword=S3cr3t`,
    PLENUM_NOTIFIER_URL: `http://127.0.0.1:${dead}/hook?key=S3cr3t`,
    PLENUM_MODERATION_URL: `http://127.0.0.1:${unready}/hook?key=S3cr3t`,
    PLENUM_AUTH_URL: `http://127.0.0.1:${moved}/hook?key=S3cr3t`,
    PLENUM_JWKS_AUDIENCE: 'chat',
    PLENUM_JWKS_URL: `http://user:S3cr3t@127.0.0.1:${dead}/keys?key=S3cr3t`,
  });
  expect(code).toBe(1);
  expect(said).toEqual(
    wouldNot(
      `Redis at 127.0.0.1:${dead} cannot be reached (ECONNREFUSED): check REDIS_URL and that Redis runs.`,
      `The notifier webhook at 127.0.0.1:${dead} cannot be reached: connect ECONNREFUSED 127.0.0.1:${dead}`,
      `The moderation webhook at 127.0.0.1:${unready} cannot be reached: it answers HTTP 503`,
      `The auth webhook at 127.0.0.1:${moved} cannot be reached: it answers HTTP 307, and no redirect is followed`,
      `The archive in PostgreSQL cannot be used: connect ECONNREFUSED 127.0.0.1:${dead}`,
      `The keys of 127.0.0.1:${dead} (PLENUM_JWKS_URL) cannot be fetched: connect ECONNREFUSED 127.0.0.1:${dead}`,
    ),
  );
  expect(output).not.toContain('S3cr3t');
});

test('a key set that is none and an unreadable Sentinel URL are each named, word for word', async () => {
  const page = await startServer(200, '<html>S3cr3t</html>');
  const { code, said, output } = await check({
    PLENUM_ADMIN_TOKEN: adminToken,
    REDIS_URL: 'redis+sentinel://:S3cr/3t@a:1/main?sentinel_password=S3cr3t',
    PLENUM_JWKS_AUDIENCE: 'chat',
    PLENUM_JWKS_URL: `http://127.0.0.1:${page}/keys`,
  });
  expect({ code, said }).toEqual({
    code: 1,
    said: wouldNot(
      'REDIS_URL must name Sentinels and a master, for example redis+sentinel://host:26379,host:26379/mymaster.',
      `The keys of 127.0.0.1:${page} (PLENUM_JWKS_URL) cannot be fetched: its answer is not a key set`,
    ),
  });
  expect(output).not.toMatch(/S3cr/);
});

test('a webhook on a private address that is not allowed is named, word for word', async () => {
  const { code, said } = await check({
    ...secrets,
    PLENUM_WEBHOOK_SECRETS,
    PLENUM_AUTH_URL: 'https://127.0.0.1:1/hook',
  });
  expect({ code, said }).toEqual({
    code: 1,
    said: wouldNot(
      'The auth webhook at 127.0.0.1:1 cannot be reached: 127.0.0.1 is not a public address, and PLENUM_WEBHOOK_ALLOW does not name it',
    ),
  });
});

test('a configuration that works is shown without its secrets, and the code is 0', async () => {
  const hook = await startServer(404);
  const keys = await startServer(200, '{"keys":[]}');
  const { code, said, output } = await check({
    ...{ PLENUM_ADMIN_TOKEN: adminToken, PLENUM_WEBHOOK_SECRETS, PLENUM_WEBHOOK_ALLOW: '127.0.0.1' },
    PLENUM_MODERATION_URL: `http://127.0.0.1:${hook}/hook?key=S3cr3t`,
    PLENUM_JWKS_AUDIENCE: 'chat',
    PLENUM_JWKS_URL: `http://user:S3cr3t@127.0.0.1:${keys}/keys?key=S3cr3t`,
  });
  expect({ code, said }).toEqual({ code: 0, said: [] });
  expect(output).toContain(`http://127.0.0.1:${hook}/hook?***`);
  for (const secret of ['S3cr3t', adminToken, PLENUM_WEBHOOK_SECRETS]) expect(output).not.toContain(secret);
});

test('the adapter that a cluster delivers to and this node lacks is named, as its start would', async () => {
  const redis = await obtainRedisForTests();
  onTestFinished(() => redis.dispose());
  const PLENUM_PREFIX = freshPrefix();
  const admin = new Redis(redis.adminUrl);
  onTestFinished(() => admin.disconnect());
  await admin.hset(`${PLENUM_PREFIX}:meta`, { delivery: '1', 'delivery:archive': '1' });
  const node = { ...secrets, REDIS_URL: redis.url, PLENUM_PREFIX };
  const lacking = await check(node);
  expect(lacking).toMatchObject({
    code: 1,
    said: wouldNot(
      `Prefix "${PLENUM_PREFIX}" delivers to an adapter that this node does not have (archive): configure it, or end it for the whole cluster with PLENUM_ARCHIVE_URL=none.`,
    ),
  });
  const ending = await check({ ...node, PLENUM_ARCHIVE_URL: 'none' });
  expect(ending).toMatchObject({ code: 0, said: [] });
  expect(ending.shown).toContainEqual(expect.stringMatching(/^maxmemory {10}(?:not set|\d+ MiB) at redis/));
  expect(ending.shown.at(-1)).toBe('tried              Redis: no problem');
});
