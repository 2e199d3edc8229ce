import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../config.ts';
import { describeConfig } from './describe.ts';
import { readConfigFile } from './file.ts';

/** @returns a folder that holds the files. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
const readingOf = async (files: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv = {}) =>
  readConfig(environment, await readConfigFile(await folderWith(files)));

const asCode = `export default {
  PORT: 4000,
  PLENUM_CORS_ORIGINS: ['https://a.example', 'https://b.example'],
  PLENUM_MIDDLEWARES: ['auth', 'mine', 'rate_limit', 'moderation'],
  adapters: { moderation: { check: async () => ({ isAllowed: true }), onFailure: 'open' } },
  middleware: { mine: (context, next) => next() },
};`;

test('no file says nothing', async () => {
  expect(await readConfigFile(await folderWith({}))).toMatchObject({ variables: {}, problems: [] });
});

test('JSON holds variables as texts, numbers and lists', async () => {
  const reading = await readingOf({
    'plenum.config.json':
      '{"PORT": 4000, "PLENUM_CORS_ORIGINS": ["https://a.example"], "PLENUM_PREFIX": "x"}',
  });
  expect(reading).toMatchObject({
    ok: true,
    config: { port: 4000, corsOrigins: ['https://a.example'], prefix: 'x' },
  });
});

test.each(['plenum.config.js', 'plenum.config.mjs'])('%s holds code besides', async (name) => {
  const reading = await readingOf({ [name]: asCode, 'package.json': '{"type":"module"}' });
  expect(reading).toMatchObject({
    ok: true,
    config: {
      port: 4000,
      corsOrigins: ['https://a.example', 'https://b.example'],
      middlewares: ['auth', 'mine', 'rate_limit', 'moderation'],
      extensions: {
        adapters: { moderation: { onFailure: 'open' } },
        middleware: { mine: expect.any(Function) },
      },
    },
  });
});

test('the environment goes before the file', async () => {
  const reading = await readingOf({ 'plenum.config.json': '{"PORT": 4000}' }, { PORT: '5000' });
  expect(reading).toMatchObject({ config: { port: 5000 } });
});

test.each([
  ['{', 'plenum.config.json is not valid JSON'],
  ['[]', 'plenum.config.json must export an object by default'],
  ['{"port": 1}', 'plenum.config.json: port is unknown: did you mean PORT?'],
  ['{"adapter": {}}', 'plenum.config.json: adapter is unknown: did you mean adapters?'],
  ['{"PLENUM_RATE_BRUST": 1}', 'PLENUM_RATE_BRUST is unknown: did you mean PLENUM_RATE_BURST?'],
  ['{"adapters": {"notifer": {}}}', 'adapters.notifer is unknown: did you mean notifier?'],
  ['{"PORT": {}}', 'plenum.config.json: PORT must be a text, a number or a list'],
  ['{"adapters": {"mail": {}}}', 'plenum.config.json: adapters.mail is unknown'],
  ['{"adapters": {"auth": {}}}', 'plenum.config.json: adapters.auth must have a method authorize'],
  ['{"middleware": {"mine": 1}}', 'plenum.config.json: middleware must be an object of functions'],
  ['{"requests": [{}]}', 'plenum.config.json: requests must be a list of what defineRequest returns'],
])('the file %s is a problem that names itself', async (text, problem) => {
  const reading = await readingOf({ 'plenum.config.json': text });
  expect(reading).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
});

test('a broken JSON file is not quoted: it may hold secrets', async () => {
  const reading = await readConfigFile(
    await folderWith({ 'plenum.config.json': '{"PLENUM_JWT_SECRET": "hunter2" oops' }),
  );
  expect(reading.problems.join()).not.toContain('hunter2');
});

test('a file that throws is a problem with what it says', async () => {
  const reading = await readingOf({ 'plenum.config.mjs': `throw new Error('no database yet');` });
  expect(reading).toMatchObject({
    problems: ['plenum.config.mjs could not be loaded: no database yet'],
  });
});

test('a blank text in a file is unset, as in the environment', async () => {
  const reading = await readingOf({ 'plenum.config.json': '{"PORT": " ", "PLENUM_MIDDLEWARES": []}' });
  expect(reading).toMatchObject({ ok: true, config: { port: 3000, middlewares: [] } });
});

test('a slip in the one name that is read of an adapter is refused', async () => {
  const slip = asCode.replace('onFailure', 'onFailur');
  expect(await readingOf({ 'plenum.config.mjs': slip })).toMatchObject({
    problems: ['plenum.config.mjs: adapters.moderation.onFailur is unknown: did you mean onFailure?'],
  });
});

test('two files are one too many', async () => {
  const reading = await readingOf({ 'plenum.config.json': '{}', 'plenum.config.mjs': asCode });
  expect(reading).toMatchObject({
    problems: ['there are plenum.config.mjs and plenum.config.json: keep one of them'],
  });
});

test('problems of the file and of the environment are reported together', async () => {
  const reading = await readingOf(
    { 'plenum.config.mjs': asCode.replace("'mine', ", "'theirs', ") },
    { PLENUM_MODERATION_URL: 'https://a.example' },
  );
  expect(reading).toMatchObject({
    problems: [
      'PLENUM_MIDDLEWARES: middleware "theirs" is unknown: there are auth, rate_limit, moderation, mine',
      'PLENUM_MIDDLEWARES: middleware "mine" is not in the order of middlewares',
      'adapters.moderation is given as code and by PLENUM_MODERATION_*: keep one',
    ],
  });
});

test('what is shown of adapters holds no secret', () => {
  const reading = readConfig({
    PLENUM_MODERATION_URL: 'https://user:hush@mod.example/check?key=hush',
    PLENUM_AUTH_URL: 'https://auth.example/',
    PLENUM_AUTH_ON_FAILURE: 'open',
    PLENUM_WEBHOOK_SECRETS: 'whsec_hush',
  });
  const shown = reading.ok ? JSON.stringify(describeConfig(reading.config)) : '';
  expect(shown).toContain('https://mod.example/check');
  expect(shown).toContain('"authOnFailure":"open"');
  expect(shown).not.toContain('hush');
});

test.each([
  [{ PLENUM_MIDDLEWARES: 'auth,spellcheck' }, 'middleware "spellcheck" is unknown'],
  [{ PLENUM_WEBHOOK_SECRETS: 'hunter2' }, 'PLENUM_WEBHOOK_SECRETS must be a comma-separated list'],
  [{ PLENUM_AUTH_URL: 'hunter2' }, 'PLENUM_AUTH_URL must be a URL'],
  [{ PLENUM_MODERATION_ON_FAILURE: 'maybe' }, 'must be one of closed, open'],
])('%o is refused and no secret is repeated', (environment, problem) => {
  const reading = readConfig(environment);
  expect(reading).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  expect(JSON.stringify(reading)).not.toContain('hunter2');
});

test('the order of a send is a list of names, and none is an order too', () => {
  expect(readConfig({})).toMatchObject({ config: { middlewares: ['auth', 'rate_limit', 'moderation'] } });
  expect(readConfig({ PLENUM_MIDDLEWARES: 'moderation, auth' })).toMatchObject({
    config: { middlewares: ['moderation', 'auth'] },
  });
  expect(readConfig({ PLENUM_MIDDLEWARES: 'none' })).toMatchObject({ config: { middlewares: [] } });
});

test('tokens of an identity provider take the place of a secret, and end dev mode', () => {
  const reading = readConfig({
    PLENUM_JWKS_URL: 'https://id.example/keys',
    PLENUM_JWKS_AUDIENCE: 'chat',
    PLENUM_ADMIN_TOKEN: 'an-admin-token'.padEnd(32, '-'),
  });
  expect(reading).toMatchObject({
    config: { isDev: false, jwtSecrets: null, jwks: { url: 'https://id.example/keys', audience: 'chat' } },
  });
});

test('keys are not fetched by plain HTTP but on the loopback address', () => {
  const keys = {
    PLENUM_JWKS_URL: 'http://id.example/keys',
    PLENUM_ADMIN_TOKEN: 'an-admin-token'.padEnd(32, '-'),
  };
  expect(readConfig(keys)).toMatchObject({ ok: true });
  expect(readConfig({ ...keys, HOST: '0.0.0.0', PLENUM_ENGINE: 'memory' })).toMatchObject({
    problems: [expect.stringContaining('PLENUM_JWKS_URL must begin with https://')],
  });
});

test('a list of secrets in a file may hold one with a comma, and a text holds several', async () => {
  const [one, two] = ['x'.repeat(32), `${'y'.repeat(20)},${'z'.repeat(20)}`];
  const secrets = async (file: object) => readingOf({ 'plenum.config.json': JSON.stringify(file) });
  expect(await secrets({ PLENUM_JWT_SECRET: [one, two], PLENUM_ADMIN_TOKEN: 'a'.repeat(32) })).toMatchObject({
    config: { jwtSecrets: [one, two] },
  });
  expect(await secrets({ PLENUM_JWT_SECRET: `${one},${one},`, PLENUM_ADMIN_TOKEN: two })).toMatchObject({
    problems: ['PLENUM_ADMIN_TOKEN must be at least 32 bytes long outside dev mode, each of them'],
  });
  expect(await secrets({ PLENUM_JWT_SECRET: [] })).toMatchObject({
    problems: ['PLENUM_JWT_SECRET must be at least 32 bytes long'],
  });
});
