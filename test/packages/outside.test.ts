/** Packs what is published, installs it into an empty folder outside of the repository, and uses it there as others would. */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { freePort, type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const given = fileURLToPath(new URL('outside', import.meta.url));
/** A path with a space in it. */
const outside = mkdtempSync(join(tmpdir(), 'outside of it '));
const tarballs = { client: '', react: '', plenum: '' };
let installed = '';

function runIn(cwd: string, command: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, [...args], { cwd, encoding: 'utf8' });
  const output = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${output}`);
  return output;
}

const tool = (name: string) => join(root, 'node_modules/.bin', name);
const filesIn = (tarball: string) =>
  runIn(outside, 'tar', '-tzf', tarball)
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => path.replace('package/', ''));

function pack(folder: string): string {
  const before = readdirSync(outside);
  runIn(join(root, folder), 'npm', 'pack', '--pack-destination', outside);
  const [made = ''] = readdirSync(outside).filter((file) => !before.includes(file));
  return join(outside, made);
}

beforeAll(() => {
  tarballs.client = pack('packages/client');
  tarballs.react = pack('packages/react');
  tarballs.plenum = pack('apps/server');
  for (const file of readdirSync(given)) copyFileSync(join(given, file), join(outside, file));
  writeFileSync(join(outside, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const ofReact = ['react@19', 'react-dom@19', '@types/react@19'];
  const ofApplications = ['express@5', '@types/express@5', 'socket.io@4'];
  const ours = Object.values(tarballs);
  installed = runIn(outside, 'npm', 'install', '--no-fund', ...ours, ...ofReact, ...ofApplications, 'vite@8');
});
afterAll(() => rmSync(outside, { recursive: true, force: true }));

test('the packages hold code, types, scripts, licence and guide, and nothing else', () => {
  for (const tarball of [tarballs.client, tarballs.react]) {
    expect(filesIn(tarball).sort()).toEqual([
      'LICENSE',
      'README.md',
      'lib/index.cjs',
      'lib/index.d.cts',
      'lib/index.d.ts',
      'lib/index.js',
      'package.json',
    ]);
  }
  const scripts = readdirSync(join(root, 'packages/redis/lua'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.lua'))
    .map((file) => `lua/${file}`);
  const plenum = filesIn(tarballs.plenum);
  expect(plenum).toEqual(
    expect.arrayContaining([
      ...scripts,
      'bin/plenum.js',
      'lib/plenum/index.d.ts',
      'web/dist/site/index.html',
    ]),
  );
  const expected =
    /^(?:LICENSE|README\.md|package\.json|bin\/plenum\.js|lua\/.+\.lua|deploy\/redis\.acl|docs\/.+|web\/dist\/site\/.+|lib\/plenum\/.+)$/;
  expect(plenum.filter((path) => !expected.test(path))).toEqual([]);
});

test('a pack leaves the workspaces as they were', () => {
  for (const folder of ['packages/client', 'packages/react', 'apps/server']) {
    const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    expect(exports['.'].default).toBe('./dist/index.js');
    expect(existsSync(join(root, folder, 'lib'))).toBe(false);
  }
});

test('they install without a warning, and the client needs socket.io-client alone', () => {
  expect(installed).not.toMatch(/EBADENGINE|deprecated|peer/i);
  const dependenciesOf = (name: string) =>
    Object.keys(
      JSON.parse(readFileSync(join(outside, 'node_modules', name, 'package.json'), 'utf8')).dependencies,
    );
  expect(dependenciesOf('@plenum/client')).toEqual(['socket.io-client']);
  expect(dependenciesOf('@plenum/react')).toEqual([]);
});

test('what they export is found by every kind of import', () => {
  for (const tarball of Object.values(tarballs))
    expect(runIn(outside, tool('publint'), tarball, '--strict')).toContain('All good');
  runIn(outside, tool('attw'), tarballs.client, '--profile', 'node16');
  runIn(outside, tool('attw'), tarballs.react, '--profile', 'node16');
  runIn(outside, tool('attw'), tarballs.plenum, '--profile', 'esm-only');
});

test.each(['nodenext', 'bundler'])('strict TypeScript accepts them, modules resolved as %s', (resolution) => {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'es2023',
    module: resolution === 'bundler' ? 'esnext' : 'nodenext',
    moduleResolution: resolution,
    jsx: 'react-jsx',
    typeRoots: [join(root, 'node_modules/@types')],
    types: ['node'],
    skipLibCheck: true,
    noEmit: true,
  };
  const files = ['strict.ts', 'strict-mounted.ts', 'strict-react.tsx'];
  writeFileSync(join(outside, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  runIn(outside, tool('tsc'), '-p', '.');
  runIn(outside, process.execPath, join(root, 'deploy/npm/node_modules/typescript/bin/tsc'), '-p', '.');
});

test('the types of the client alone need neither its dependencies nor a skipped check', () => {
  const compilerOptions = { strict: true, target: 'es2023', module: 'nodenext', types: [], noEmit: true };
  const files = ['node_modules/@plenum/client/lib/index.d.ts', 'node_modules/@plenum/client/lib/index.d.cts'];
  writeFileSync(join(outside, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  runIn(outside, tool('tsc'), '-p', '.');
  expect(readFileSync(join(outside, files[0] ?? ''), 'utf8')).not.toMatch(/from '|\$brand|\bz\./);
});

test('a CommonJS service gets both by require', () => {
  expect(runIn(outside, process.execPath, 'service.cjs')).toContain('heard hello');
});

test.each(['express', 'node:http'])(
  '%s keeps its health and its Socket.IO clients beside Plenum',
  async (kind) => {
    const redis = await startRedis();
    try {
      const [said = '', end = ''] = runIn(outside, process.execPath, 'mounted.js', kind, redis.url)
        .trim()
        .split('\n');
      expect(JSON.parse(said)).toEqual({
        success: true,
        heard: 'hello',
        refused: ['Not a member of this group', false],
        listening: false,
        health: ['the application', '{"status":"ok"}'],
        own: 'the application',
      });
      expect(end).toBe('after the close: the application the application');
    } finally {
      await redis.stop();
    }
  },
);

test('a CommonJS server renders the hooks', () => {
  expect(runIn(outside, process.execPath, 'render.cjs')).toBe('<b>idle</b>\n');
});

// React with its renderer is 65 kB of the second.
test.each([
  ['browser.js', 24_000],
  ['page.jsx', 100_000],
])('Vite builds the page %s', (script, bytesMax) => {
  writeFileSync(join(outside, 'index.html'), `<script type="module" src="/${script}"></script>`);
  const built = `built-${script}`;
  // Tests have another NODE_ENV, with which Vite builds for development.
  const vite = join(outside, 'node_modules/.bin/vite');
  runIn(outside, 'env', 'NODE_ENV=production', vite, 'build', '--outDir', built);
  const [made = ''] = readdirSync(join(outside, built, 'assets'));
  const bytes = gzipSync(readFileSync(join(outside, built, 'assets', made))).length;
  expect(bytes).toBeLessThan(bytesMax);
  expect(bytes).toBeGreaterThan(bytesMax * 0.8);
});

test('the command serves, checks and makes tokens', async () => {
  const redis: RedisServer = await startRedis();
  const port = await freePort();
  const environment = { ...process.env, REDIS_URL: redis.url, PORT: String(port), NODE_ENV: 'development' };
  const command = join(outside, 'node_modules/.bin/plenum');
  const node = spawn(command, ['serve'], { cwd: outside, env: environment, stdio: 'ignore' });
  try {
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/readyz`).then(
            (answer) => answer.status,
            () => 0,
          ),
        {
          timeout: 30_000,
        },
      )
      .toBe(200);
    const ran = (...args: readonly string[]) =>
      spawnSync(command, args, { cwd: outside, env: environment, encoding: 'utf8' });
    expect(ran('token', '--user', 'ann').stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\s*$/);
    const errors = await fetch(`http://127.0.0.1:${port}/docs/reference/errors`);
    expect(await errors.text()).toContain('id="not_a_member"');
    expect(ran('check').status).toBe(0);
    expect(ran('--version').stdout.trim()).toBe('0.1.0');
  } finally {
    node.kill('SIGTERM');
    await redis.stop();
  }
});
