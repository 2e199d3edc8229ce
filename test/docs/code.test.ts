/** Every block of code in the documents does what it says. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesBelow, root } from '../source-tree.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { adminToken, jwtSecret, tokenOf } from '../support/wire/http.ts';
import { type Block, blocks, generatedBlocks, pages, testerOf } from './blocks.ts';
import { expectProgramRuns, expectScriptRuns } from './program.ts';

let redis: RedisServer;
/** In dev mode, and one with secrets on Redis. */
let dev: ServedNode;
let secured: ServedNode;
beforeAll(async () => {
  redis = await startRedis();
  dev = await ServedNode.start('memory', { PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' });
  secured = await ServedNode.start('given', { REDIS_URL: redis.serviceUrl });
});
afterAll(async () => {
  await dev[Symbol.asyncDispose]();
  await secured[Symbol.asyncDispose]();
  await redis.stop();
});

const ofLanguage = (...languages: readonly string[]) =>
  blocks.filter(
    ({ language, notRun, file }) => languages.includes(language) && notRun === null && file === null,
  );
const named = (some: readonly Block[]): readonly (readonly [string, Block])[] =>
  some.map((block) => [block.place, block]);

const text = (value: string) => JSON.stringify(value);
const socketLines = (url: string, token: string) =>
  [
    `import { io } from 'socket.io-client';`,
    `const socket = io(${text(url)}, { transports: ['websocket'], auth: { token: ${text(token)} } });`,
    `const request = (request_type, args) => socket.emitWithAck('request', { request_type, args });`,
  ].join('\n');

/** What a block may find, as code. */
async function constants(block: Block): Promise<Readonly<Record<string, string>>> {
  const token = await tokenOf('ada');
  const { url } = secured;
  const sockets = block.given.includes('socket')
    ? { socket: socketLines(url, token) }
    : { request: socketLines(url, token) };
  return {
    url: `const url = ${text(url)};`,
    token: `const token = ${text(token)};`,
    fetchToken: `const fetchToken = async () => ${text(token)};`,
    secret: `const secret = ${text(jwtSecret)};`,
    redisUrl: `const redisUrl = ${text(redis.serviceUrl)};`,
    ...sockets,
  };
}

/** Addresses of the documents are those of the nodes of this test. */
function placed({ code, given }: Block): string {
  const { host } = new URL(given.length === 0 ? dev.url : secured.url);
  return code
    .replaceAll(/(?:127\.0\.0\.1|localhost):3000/g, host)
    .replaceAll('redis://127.0.0.1:6379', redis.url);
}

test.each(named([...ofLanguage('js'), ...ofLanguage('diff').filter(({ isNewSide }) => isNewSide)]))(
  '%s runs and prints what it says',
  async (_, block) => expectProgramRuns(block, placed(block), await constants(block)),
);

test.each(named(ofLanguage('sh')))('%s runs in a shell', async (_, block) => {
  const { port } = new URL(dev.url);
  await expectScriptRuns(block, placed(block), { PORT: port, TOKEN: adminToken });
});

const plenum = (...args: readonly string[]) => [join(root, 'apps/server/bin/plenum.js'), ...args];
/** A configuration is checked, lines of an export are brought in. */
const readerOf = (file: string) =>
  file.endsWith('.ndjson')
    ? plenum('import', file, '--url', secured.url, '--token', adminToken)
    : plenum('check');

test.each(named(blocks.filter(({ file }) => file !== null)))(
  '%s is a file that its command takes',
  (_, block) => {
    mkdirSync(join(root, 'test/docs/dist'), { recursive: true });
    const folder = mkdtempSync(join(root, 'test/docs/dist/'));
    try {
      const name = block.file ?? '';
      writeFileSync(join(folder, name), block.code.replace('…64 hex digits…', 'a'.repeat(64)));
      const { status, stdout, stderr } = spawnSync(process.execPath, readerOf(name), {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], PLENUM_ENGINE: 'memory' },
      });
      expect([status, stdout + stderr]).toEqual([0, stdout + stderr]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test('every block of TypeScript is strictly typed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'typed-'));
  const files = ofLanguage('ts').map((block, at) => {
    const declared = block.given.map((name) =>
      name === 'client'
        ? `declare const client: import('@plenum/client').Client;`
        : name === 'fetchToken'
          ? 'declare const fetchToken: () => Promise<string>;'
          : `declare const ${name}: any;`,
    );
    const path = join(folder, `block-${at}.ts`);
    writeFileSync(path, `${[...declared, block.code].join('\n')}\nexport {};\n`);
    return path;
  });
  expect(files.length).toBeGreaterThan(1);
  const compilerOptions = {
    strict: true,
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'nodenext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      '@plenum/client': [join(root, 'packages/client/dist/index.d.ts')],
      plenum: [join(root, 'apps/server/dist/index.d.ts')],
      'socket.io-client': [join(root, 'node_modules/socket.io-client/build/esm/index.d.ts')],
    },
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true, force: true });
  expect([status, stdout]).toEqual([0, '']);
});

test('every block of JSON is JSON', () => {
  const json = [...blocks, ...generatedBlocks].filter(({ language }) => language === 'json');
  expect(json.length).toBeGreaterThan(20);
  for (const { code } of json) JSON.parse(code);
});

test('SQL names tables and indexes that the archive has', () => {
  const source = filesBelow('packages/adapters/src/archive', '.ts')
    .map((file) => file.text)
    .join('\n');
  const names = blocks
    .filter(({ language }) => language === 'sql')
    .flatMap(({ code }) => code.match(/\bplenum_\w+/g) ?? []);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !source.includes(name))).toEqual([]);
});

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const commandHelp = readFileSync(join(root, 'apps/docs/reference/cli.md'), 'utf8');
/** Programs of others. */
const others =
  /^(?:npm (?:ci|install|start|test)\b|docker |kubectl |export |for name in |\(printf |redis-cli |cp |npx (?:tsc|vitest|--no-install rolldown) |curl |node --env-file|psql |pg_dump |createdb |promtool |systemctl |useradd |mkdir |deploy\/\S+\.sh )/;

/** Null: there is such a command, with such options. */
function commandProblem(line: string): string | null {
  const bare = line.replace(/\s+#.*$/, '').replace(/^(?:\w+=\S+ )+/, '');
  const [, script] = /^npm run ([\w:]+)/.exec(bare) ?? [];
  if (script !== undefined) return script in scripts ? null : `there is no script ${script}`;
  const [, command, options = ''] = /^npx (?:--no-install )?plenum ([\w-]+)(.*)$/.exec(bare) ?? [];
  if (command === undefined) return others.test(bare) ? null : `${bare} is no known command`;
  if (command.startsWith('--')) return null;
  const [, help] = commandHelp.split(`\n## ${command}\n`);
  if (help === undefined) return `there is no command ${command}`;
  const known = help.split('\n## ')[0] ?? '';
  // What is in quotes is for another program.
  const own = options.replaceAll(/'[^']*'/g, '').match(/--[\w-]+/g) ?? [];
  const missing = own.filter((option) => !known.includes(option));
  return missing.length === 0 ? null : `${command} has no ${missing.join(', ')}`;
}

test('commands that only a person runs exist, with their options', () => {
  const lines = blocks
    .filter(({ language }) => language === 'console')
    .flatMap(({ place, code }) =>
      code
        .trim()
        .split('\n')
        .map((line) => [place, commandProblem(line)]),
    );
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter(([, problem]) => problem !== null)).toEqual([]);
});

/** `console`: commands that exist. `text`: output and drawings. */
const tried = ['js', 'ts', 'sh', 'json', 'jsonl', 'sql', 'diff', 'console', 'text'];

test('a block is in a language that is tried, or says why it is not', () => {
  const odd = blocks.filter(({ language, notRun }) => notRun === null && !tried.includes(language));
  expect(odd.map(({ place, language }) => `${place} ${language}`)).toEqual([]);
  const diffs = blocks.filter(
    ({ language, isNewSide, notRun }) => language === 'diff' && !isNewSide && notRun === null,
  );
  expect(diffs.map(({ place }) => place)).toEqual([]);
  expect(blocks.filter(({ notRun }) => notRun !== null).length).toBeLessThan(6);
});

test('a page with a test of its own names a file that exists and that reads the page', () => {
  const missing = pages.flatMap(({ path, text: page }) => {
    const tester = testerOf(page);
    if (tester === null) return [];
    if (!existsSync(join(root, tester))) return [`${path} names ${tester}, which is missing`];
    const name = path.split('/').at(-1) ?? '';
    return readFileSync(join(root, tester), 'utf8').includes(name) ? [] : [`${tester} does not read ${name}`];
  });
  expect(missing).toEqual([]);
});

test('the answer to a known problem names a test that exists', () => {
  const page = readFileSync(join(root, 'apps/docs/known-problems.md'), 'utf8');
  const rows = [...page.matchAll(/`((?:test|packages)\/\S+\.test\.ts)`: “([^”]+)”/g)];
  expect(rows.length).toBeGreaterThan(30);
  const missing = rows.filter(
    ([, path = '', title = '']) => !readFileSync(join(root, path), 'utf8').includes(title),
  );
  expect(missing.map(([row]) => row)).toEqual([]);
});
