/** The image of a node, without Docker: the steps of its Dockerfile are followed in folders, and what is left is a node. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { filesIn, followDockerfile, type Image, ignoredIn } from './dockerfile.ts';
import { runIn } from './run-in.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const secret = 'a-secret-of-at-least-32-characters';
/** The first stage makes what this project has made already, by the same command. */
const instead = {
  'npm ci': () => undefined,
  'npm pack --workspace apps/server': (cwd: string) =>
    copyFileSync(inject('tarballs')['plenum'] ?? '', join(cwd, 'plenum-0.1.0.tgz')),
};

let folder = '';
let image: Image;
let files: readonly string[] = [];
const readJson = (path: string) => JSON.parse(readFileSync(join(image.root, 'plenum', path), 'utf8'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'));
  image = followDockerfile({ dockerfile: join(root, 'deploy/Dockerfile'), context: root, folder, instead });
  files = filesIn(image.root);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Below /plenum: what is ours, one rule for each kind of file. */
const ours = [
  /^(?:LICENSE|README\.md|package\.json|sbom\.cdx\.json|bin\/plenum\.js|deploy\/redis(?:\.acl|-with-users\.sh))$/,
  /^lib\/plenum\/[\w-]+(?:\.js|\.d\.ts)$/,
  /^lua\/(?:lib\/)?[\w-]+\.lua$/,
  /^docs\/(?!files\/)[\w@./-]+\.(?:html|js|json|css|txt|svg|png|woff2)$/,
  // Files of the repository that a page shows.
  /^docs\/files\/.+\.txt$/,
  /^web\/dist\/site\/[\w./-]+\.(?:html|js|css|svg|webmanifest|woff2)$/,
];

test('every file is ours by a rule, or of a package that the SBOM names', () => {
  expect(files.length).toBeGreaterThan(1000);
  expect(files.filter((path) => !path.startsWith('plenum/'))).toEqual([]);
  const own = files.map((path) => path.slice('plenum/'.length));
  const other = own.filter((path) => !path.startsWith('node_modules/'));
  expect(other.filter((path) => !ours.some((rule) => rule.test(path)))).toEqual([]);
  const listed = new Set(
    readJson('sbom.cdx.json').components.map(({ purl }: { purl: string }) =>
      decodeURIComponent(purl).replace('pkg:npm/', ''),
    ),
  );
  const installed = own
    .filter((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path))
    .map((path) => readJson(path))
    .map(({ name, version }) => `${name}@${version}`);
  expect(new Set(installed)).toEqual(listed);
  const byPackages = /^node_modules\/(?:\.bin\/plenum$|(?:@[^/]+\/)?[^/.@][^/]*\/)/;
  expect(own.filter((path) => path.startsWith('node_modules/') && !byPackages.test(path))).toEqual([]);
});

test('there is no secret, no source map, no test and no tool of development', () => {
  const unwanted =
    /(?:^|\/)(?:\.env[^/]*|\.npmrc|\.git|\.github|tests?|__tests__|id_\w+)(?:\/|$)|\.(?:map|pem|key|tgz)$|\.test\.\w+$/;
  const shown = (path: string) => path.startsWith('plenum/docs/files/');
  expect(files.filter((path) => unwanted.test(path) && !shown(path))).toEqual([]);
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const locked = Object.entries<{ readonly dev?: true }>(packages);
  const ofDevelopment = locked.flatMap(([path, { dev }]) => (dev === true ? [path] : []));
  expect(ofDevelopment).toContain('node_modules/vitest');
  expect(ofDevelopment.filter((path) => existsSync(join(image.root, 'plenum', path)))).toEqual([]);
  const texts = files.filter((path) => /^plenum\/(?:lib|web|docs)\/.*\.(?:js|css)$/.test(path));
  const mapped = texts.filter((path) =>
    /sourceMappingURL=/.test(readFileSync(join(image.root, path), 'utf8')),
  );
  expect(mapped).toEqual([]);
});

test.each(['.env', 'apps/server/.env.local', '.npmrc', 'deploy/tls.key', '.git', 'apps/web/node_modules'])(
  '%s does not reach the builder',
  (path) => {
    expect(ignoredIn(root)(path)).toBe(true);
    expect(ignoredIn(root)('package.json')).toBe(false);
  },
);

test('it has a user by number, and labels that name its version', () => {
  const { version, license } = readJson('package.json');
  expect(image.user).toBe('1000:1000');
  expect(image.labels).toMatchObject({
    'org.opencontainers.image.title': 'plenum',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': license,
    'org.opencontainers.image.revision': '',
  });
});

test('its entry point serves, shows which build it is, and proves itself by verify', async () => {
  const revision = inject('revision');
  const [plenum, adminPort] = [join(image.root, image.workdir), await freePort()];
  const redis = await startRedis();
  const port = await freePort();
  const [, ...nodeOptions] = image.entrypoint.slice(0, -1);
  const script = join(plenum, image.entrypoint.at(-1) ?? '');
  const environment = {
    ...image.environment,
    ...{ PWD: plenum, PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: String(port) },
    ...{ REDIS_URL: redis.serviceUrl, PLENUM_ADMIN_PORT: String(adminPort) },
    ...{ PLENUM_JWT_SECRET: secret, PLENUM_ADMIN_TOKEN: secret },
  };
  await using node = new CommandProcess(script, image.command, environment, nodeOptions);
  try {
    const textOf = (path: string) => fetch(`http://127.0.0.1:${path}`).then((answer) => answer.text());
    await eventually(async () => expect(await textOf(`${port}/readyz`)).toContain('"ready":true'));
    expect(await textOf(`${adminPort}/metrics`)).toContain(
      `plenum_build_info{version="0.1.0",revision="${revision}"} 1`,
    );
    const linked = join(plenum, 'node_modules/.bin/plenum');
    expect(runIn(plenum, linked, '--version')).toBe(`0.1.0 (${revision})\n`);
    const short = ['--seconds', '2', '--groups', '2', '--members', '3'];
    const verify = [linked, 'verify', '--url', `http://127.0.0.1:${port}`, ...short];
    expect(runIn(plenum, 'env', `PLENUM_JWT_SECRET=${secret}`, ...verify)).toContain('\nPASSED');
  } finally {
    expect(node.output).not.toMatch(/"level":(?:50|60)/);
    await redis.stop();
  }
});

test('every dependency can be loaded: nothing that runs was taken out', () => {
  const names = Object.keys(readJson('package.json').dependencies);
  const script = names.map((name) => `await import('${name}');`).join('');
  runIn(join(image.root, 'plenum'), process.execPath, '--input-type=module', '-e', script);
});
