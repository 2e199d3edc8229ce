/** The rules of the tree: who may import whom, what a package shows, how large a file may be. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { circlesOf } from './circles.ts';
import {
  filesBelow,
  type Import,
  importsOf,
  isTest,
  manifestIn,
  root,
  type SourceFile,
  type Workspace,
  workspaces,
} from './source-tree.ts';

/** Which packages of ours a package may name, in its manifest and in its source. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  '@plenum/protocol': [],
  '@plenum/core': ['@plenum/protocol'],
  '@plenum/memory': ['@plenum/protocol', '@plenum/core'],
  '@plenum/redis': ['@plenum/protocol', '@plenum/core'],
  '@plenum/gateway': ['@plenum/protocol', '@plenum/core'],
  '@plenum/adapters': ['@plenum/protocol', '@plenum/core'],
  '@plenum/otel': ['@plenum/protocol', '@plenum/core'],
  '@plenum/client': ['@plenum/protocol'],
  '@plenum/local-redis': [],
  '@plenum/testkit': ['@plenum/protocol', '@plenum/core', '@plenum/local-redis'],
  '@plenum/docs': ['@plenum/protocol'],
  '@plenum/react': ['@plenum/client'],
  '@plenum/web': ['@plenum/protocol', '@plenum/client', '@plenum/react'],
  '@plenum/bench': [
    '@plenum/protocol',
    '@plenum/core',
    '@plenum/memory',
    '@plenum/gateway',
    '@plenum/adapters',
    '@plenum/testkit',
  ],
  plenum: [
    '@plenum/protocol',
    '@plenum/core',
    '@plenum/memory',
    '@plenum/otel',
    '@plenum/redis',
    '@plenum/gateway',
    '@plenum/adapters',
    '@plenum/client',
    '@plenum/local-redis',
  ],
  '@plenum/published-testkit': ['@plenum/local-redis', '@plenum/testkit', 'plenum'],
};

/** What only certain packages may know. */
const onlyIn: Readonly<Record<string, readonly string[]>> = {
  ioredis: ['packages/redis', 'packages/testkit', 'apps/bench'],
  fastify: ['packages/gateway'],
  'socket.io': ['packages/gateway', 'apps/bench'],
  pino: ['apps/server'],
  '@opentelemetry/api': ['packages/otel', 'apps/server'],
};

const prescribedTopLevel = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'apps',
  'deploy',
  'docker-compose.yml',
  'package-lock.json',
  'package.json',
  'packages',
  'test',
  'tsconfig.json',
];

const sourcesOf = ({ folder }: Workspace) => filesBelow(folder, '.ts', '.tsx');
const shippedFiles = (workspace: Workspace) => sourcesOf(workspace).filter(({ path }) => !isTest(path));
const described = ({ file, target }: Import) => `${file} imports ${target}`;
const namesOf = (dependencies: Readonly<Record<string, string>> | undefined) =>
  Object.keys(dependencies ?? {});
const isOurs = (name: string) => name in mayImport;

test('the packages are the ones that the architecture names', () => {
  for (const { manifest } of workspaces) expect(Object.keys(mayImport)).toContain(manifest.name);
});

test('a manifest depends on allowed packages of ours only', () => {
  const forbidden = workspaces.flatMap(({ manifest }) =>
    namesOf(manifest.dependencies)
      .filter((name) => isOurs(name) && !mayImport[manifest.name]?.includes(name))
      .map((name) => `${manifest.name} depends on ${name}`),
  );
  expect(forbidden).toEqual([]);
});

test('source imports what its own manifest declares, and nothing that npm happens to hoist', () => {
  const undeclared = workspaces.flatMap((workspace) => {
    const declared = [
      ...namesOf(workspace.manifest.dependencies),
      ...namesOf(workspace.manifest.devDependencies),
      workspace.manifest.name,
    ];
    return shippedFiles(workspace)
      .flatMap(importsOf)
      .filter(({ target, isRelative }) => !isRelative && !target.startsWith('node:'))
      .filter(({ target }) => !declared.includes(target))
      .map(described);
  });
  expect(undeclared).toEqual([]);
});

test('tests import what their package or the workspace declares', () => {
  const ofWorkspace = namesOf(manifestIn('.').devDependencies);
  const undeclared = workspaces.flatMap((workspace) => {
    const { dependencies, devDependencies } = workspace.manifest;
    const declared = [...namesOf(dependencies), ...namesOf(devDependencies), ...ofWorkspace];
    return sourcesOf(workspace)
      .filter(({ path }) => isTest(path))
      .flatMap(importsOf)
      .filter(({ target, isRelative }) => !isRelative && !target.startsWith('node:'))
      .filter(({ target }) => !declared.includes(target))
      .map(described);
  });
  expect(undeclared).toEqual([]);
});

test('no relative import leaves its package', () => {
  const leaving = workspaces.flatMap((workspace) =>
    sourcesOf(workspace)
      .flatMap(importsOf)
      .filter(({ target, isRelative }) => isRelative && !target.startsWith(`${workspace.folder}/`))
      .map(described),
  );
  expect(leaving).toEqual([]);
});

test('the test kit is imported by tests, by the bench and by what is published of it only', () => {
  const importing = workspaces
    .filter(({ folder }) => !['packages/testkit', 'apps/bench', 'apps/testkit'].includes(folder))
    .flatMap(shippedFiles)
    .flatMap(importsOf)
    .filter(({ target }) => target === '@plenum/testkit')
    .map(described);
  expect(importing).toEqual([]);
});

test('the bench measures from outside: its simulation alone runs code of a node', () => {
  const ofNode = ['@plenum/core', '@plenum/memory', '@plenum/gateway'];
  const importing = filesBelow('apps/bench/src', '.ts')
    .filter(({ path }) => !path.startsWith('apps/bench/src/simulation/'))
    .flatMap(importsOf)
    .filter(({ target }) => ofNode.includes(target))
    .map(described);
  expect(importing).toEqual([]);
});

test.each(Object.entries(onlyIn))('%s is known to %s only', (name, folders) => {
  const importing = workspaces
    .filter(({ folder }) => !folders.includes(folder))
    .flatMap(shippedFiles)
    .flatMap(importsOf)
    .filter(({ target }) => target === name)
    .map(described);
  expect(importing).toEqual([]);
});

test('the environment is read in one file', () => {
  const reads = ({ text }: SourceFile) => text.includes('process.env');
  const readers = workspaces
    .filter(({ folder }) => !['packages/testkit', 'packages/local-redis', 'apps/testkit'].includes(folder))
    .flatMap(shippedFiles)
    .filter(reads)
    .map(({ path }) => path);
  expect(readers).toEqual(['apps/server/src/config.ts']);
});

test('a package shows one entry point', () => {
  for (const { manifest } of workspaces) expect(Object.keys(manifest.exports ?? {})).toEqual(['.']);
});

test('the top folder holds the prescribed names only', () => {
  const names = readdirSync(root).filter((name) => !name.startsWith('.') && name !== 'node_modules');
  expect(names.filter((name) => !prescribedTopLevel.includes(name))).toEqual([]);
});

test('no file is longer than 400 lines', () => {
  const files = ['packages', 'apps', 'test'].flatMap((folder) =>
    filesBelow(folder, '.ts', '.tsx', '.js', '.lua'),
  );
  const long = files.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  expect(long.filter(({ lines }) => lines > 400)).toEqual([]);
});

test('every script of Redis begins with #!lua; the fragments that are put into them do not', () => {
  const scripts = filesBelow('packages/redis/lua', '.lua');
  const isFragment = ({ path }: SourceFile) => path.startsWith('packages/redis/lua/lib/');
  const wrong = scripts.filter(
    (file) =>
      /^#!lua( flags=(no-writes|allow-oom)(,allow-cross-slot-keys)?)?\n/.test(file.text) === isFragment(file),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

/** Packages that still have circles. A package without one has to leave its list; none may come in. */
const stillCircular: Readonly<Record<'folders' | 'files', readonly string[]>> = {
  folders: [],
  files: [],
};

test.each(['folders', 'files'] as const)('no %s of a package import each other in a circle', (level) => {
  const circles = new Map(workspaces.map((workspace) => [workspace.folder, circlesOf(workspace)[level]]));
  const circular = [...circles].filter(([, found]) => found.length > 0);
  const forbidden = circular.filter(([folder]) => !stillCircular[level].includes(folder));
  expect(forbidden).toEqual([]);
  expect(stillCircular[level].filter((folder) => circles.get(folder)?.length === 0)).toEqual([]);
});

test('the ports of core import words only', () => {
  const words = ['ports', 'log', 'groups', 'outcome'].map((folder) => `packages/core/src/${folder}/`);
  const others = filesBelow('packages/core/src/ports', '.ts')
    .flatMap(importsOf)
    .filter(({ isRelative }) => isRelative)
    .filter(({ target }) => !words.some((folder) => target.startsWith(folder)))
    .map(described);
  expect(others).toEqual([]);
});

test('a file above 60 lines opens with a comment', () => {
  const long = workspaces.flatMap(shippedFiles).filter(({ text }) => text.split('\n').length - 1 > 60);
  expect(long.filter(({ text }) => !text.startsWith('/*')).map(({ path }) => path)).toEqual([]);
});

test('every declared telemetry event is emitted somewhere, and no other', () => {
  const declared = filesBelow('packages/core/src/telemetry', 'events.ts').flatMap(({ text }) =>
    [...text.matchAll(/^ {2}readonly (\w+): \{/gm)].map(([, name]) => name),
  );
  const emitted = filesBelow('packages', '.ts')
    .filter(({ path }) => !isTest(path))
    .flatMap(({ text }) => [...text.matchAll(/emitTelemetry\(\s*'(\w+)'/g)].map(([, name]) => name));
  expect(new Set(emitted)).toEqual(new Set(declared));
});
