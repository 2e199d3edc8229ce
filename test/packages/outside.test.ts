/** What is published, installed into an empty folder outside of the repository, and used there as others would. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { freePort, type RedisServer, startRedis } from '@plenum/testkit';
import { beforeAll, expect, inject, test } from 'vitest';
import { npm } from '../../deploy/npm/npm.js';
import { publicPackages } from '../../deploy/npm/public-packages.js';
import { runIn } from './run-in.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const given = fileURLToPath(new URL('outside', import.meta.url));
const [outside, tarballs, installed] = [inject('outside'), inject('tarballs'), inject('installed')];
const tarballOf = (name: string) => tarballs[name] ?? '';

const tool = (name: string) => join(root, 'node_modules/.bin', name);

beforeAll(() => {
  for (const file of readdirSync(given)) copyFileSync(join(given, file), join(outside, file));
});

const ofAll = ['LICENSE', 'README.md', 'package.json'];
const ofBothKinds = ['lib/index.cjs', 'lib/index.d.cts', 'lib/index.d.ts', 'lib/index.js'];
const scripts = readdirSync(join(root, 'packages/redis/lua'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.lua'))
  .map((file) => `lua/${file.replaceAll('\\', '/')}`);

/** Name on npm → what its package holds. A chunk of a bundle has a hash in its name. */
const contents: Readonly<Record<string, { readonly files: readonly string[]; readonly chunks?: RegExp }>> = {
  '@plenum/client': { files: ofBothKinds },
  '@plenum/react': { files: ofBothKinds },
  '@plenum/testkit': {
    files: ['lib/index.d.ts', 'lib/index.js', 'lib/vitest.d.ts', 'lib/vitest.js'],
    chunks: /^lib\/[\w-]+\.js$/,
  },
  plenum: {
    files: [
      ...['bin/plenum.js', 'deploy/redis.acl', 'deploy/redis-with-users.sh', ...scripts],
      ...['lib/plenum/index.d.ts', 'lib/plenum/index.js', 'lib/plenum/main.js', 'web/dist/site/index.html'],
    ],
    chunks: /^(?:lib\/plenum\/[\w-]+\.js|docs\/.+|web\/dist\/site\/.+)$/,
  },
};

test.each(Object.keys(contents))(
  '%s: npm publish sends code, types, licence and guide, and nothing else',
  (name) => {
    const { files = [], chunks = /^$/ } = contents[name] ?? {};
    const output = npm(outside, 'publish', tarballOf(name), '--dry-run', '--json');
    const [json = ''] = output.match(/\{[\s\S]*\}/) ?? [];
    const answer = JSON.parse(json);
    // A newer npm answers by name.
    const { name: sentAs, files: sent } = answer.files === undefined ? answer[name] : answer;
    expect(sentAs).toBe(name);
    const paths: readonly string[] = sent.map(({ path }: { path: string }) => path);
    const expected = [...ofAll, ...files];
    expect(expected.filter((path) => !paths.includes(path))).toEqual([]);
    expect(paths.filter((path) => !expected.includes(path) && !chunks.test(path))).toEqual([]);
  },
);

test('npm publish in a workspace is refused: the registry would read its own manifest', () => {
  expect(() => npm(join(root, 'packages/client'), 'publish', '--dry-run')).toThrow('deploy/npm/publish.js');
});

test('a pack leaves the workspaces as they were', () => {
  for (const { folder } of Object.values(publicPackages)) {
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

test.each([
  ['@plenum/client', 'node16'],
  ['@plenum/react', 'node16'],
  ['@plenum/testkit', 'esm-only'],
  ['plenum', 'esm-only'],
])('what %s exports is found by every kind of import', (name, profile) => {
  expect(runIn(outside, tool('publint'), tarballOf(name), '--strict')).toContain('All good');
  runIn(outside, tool('attw'), tarballOf(name), '--profile', profile);
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
    skipLibCheck: false,
    noEmit: true,
  };
  const files = ['strict.ts', 'strict-mounted.ts', 'strict-react.tsx', 'strict-testkit.ts'];
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
      const [said = '', end = ''] = runIn(outside, process.execPath, 'mounted.js', kind, redis.serviceUrl)
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

test('Fastify keeps its routes, and Plenum is on its port', async () => {
  const redis = await startRedis();
  try {
    const said = runIn(outside, process.execPath, 'fastify.js', redis.serviceUrl);
    expect(JSON.parse(said.trim().split('\n').at(-1) ?? '')).toEqual(['hello', 'ok', 'the application']);
  } finally {
    await redis.stop();
  }
});

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
  const environment = {
    ...process.env,
    REDIS_URL: redis.serviceUrl,
    PORT: String(port),
    NODE_ENV: 'development',
  };
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
    expect(ran('--version').stdout.trim()).toBe(`0.1.0 (${inject('revision')})`);
  } finally {
    node.kill('SIGTERM');
    await redis.stop();
  }
});

const adminToken = 'admin-token-of-the-package-with-32-bytes';
/** Runs the installed command until it has written this. @returns what the pattern found, and the end of the command */
async function until(
  pattern: RegExp,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const env = { PATH: process.env['PATH'] ?? '', PLENUM_ADMIN_TOKEN: adminToken, ...environment };
  const command = spawn(join(outside, 'node_modules/.bin/plenum'), args, { cwd: outside, env });
  let output = '';
  for (const stream of [command.stdout, command.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const end = async () => {
    command.kill('SIGTERM');
    await once(command, 'exit');
  };
  await expect.poll(() => output, { timeout: 30_000 }).toMatch(pattern);
  return { found: pattern.exec(output)?.slice(1) ?? [], end };
}

async function expectConsoleAt(url: string): Promise<void> {
  const page = await fetch(`${url}/console/groups`);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const assets = (await page.text()).match(/\/console\/assets\/[^"]+\.(?:js|css)/g) ?? [];
  expect(assets.length).toBeGreaterThanOrEqual(2);
  for (const asset of assets) expect([asset, (await fetch(url + asset)).status]).toEqual([asset, 200]);
}

test('the console is in the package: at /console of a node, and by the command from elsewhere', async () => {
  const secrets = { PLENUM_ENGINE: 'memory', PLENUM_JWT_SECRET: 'a-secret-of-the-package-with-32-bytes' };
  const node = await until(/"url":"([^"]+)"/, ['serve'], { ...secrets, PORT: '0' });
  const [nodeUrl = ''] = node.found;
  await expectConsoleAt(nodeUrl);
  const local = await until(/(http:\S+)\/console#code=(\S+)/, ['console', '--url', nodeUrl], {});
  const [url = '', code] = local.found;
  await expectConsoleAt(url);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ code });
  const session = await (await fetch(`${url}/v1/console/session`, { method: 'POST', headers, body })).json();
  const authorization = `Bearer ${session.token}`;
  const admin = await (await fetch(`${url}/v1/admin`, { headers: { authorization } })).json();
  expect(admin).toMatchObject({ scopes: ['read', 'groups', 'ops'], read_only: true });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await Promise.all([local.end(), node.end()]);
});
