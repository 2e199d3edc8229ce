/** What keeps the project on Windows and macOS: no shell, no paths and signals that only some systems have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, isTest, root, type SourceFile, workspaces } from './source-tree.ts';

const code = ['.ts', '.tsx', '.js', '.mjs', '.cjs'];
const all = ['packages', 'apps', 'test', 'deploy'].flatMap((folder) => filesBelow(folder, ...code));
/** What users run: no tests, no tools of tests, no bench. */
const shipped = all.filter(
  ({ path }) => !isTest(path) && !/^(?:test|packages\/testkit|apps\/bench|deploy)\//.test(path),
);

/** Places of a pattern in files, but for those that may. */
const placesOf = (files: readonly SourceFile[], pattern: RegExp, ...allowed: readonly string[]) =>
  files
    .filter(({ path }) => path !== 'test/portable.test.ts' && !allowed.includes(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
    );

test('no child process goes through a shell', () => {
  expect(
    placesOf(
      all,
      /\bshell: (?:true|process|')|import \{[^}]*\bexec(?:Sync)?\b[^}]*\} from 'node:child_process'/,
    ),
  ).toEqual([]);
});

test('nothing that users run starts a program that only some systems have', () => {
  // The guard is not started on Windows.
  const guard = 'packages/local-redis/src/outlive-guard.ts';
  expect(placesOf(shipped, /\b(?:spawn|execFile)(?:Sync)?\('(?!docker')/, guard)).toEqual([]);
});

test('nothing that users run names a folder of one system', () => {
  expect(placesOf(shipped, /['"`]\/(?:tmp|var|usr|etc|home|dev)\//)).toEqual([]);
});

test('user ids and file modes are asked for where the system has them', () => {
  expect(placesOf(all, /process\.get[eu]*[ug]id\(/)).toEqual([]);
  expect(placesOf(shipped, /\bch(?:mod|own)(?:Sync)?\(/)).toEqual([]);
});

test('a signal that Windows lacks is sent to servers of tests only', () => {
  const toRedis = ['redis-launcher', 'redis-server'].map((name) => `packages/local-redis/src/${name}.ts`);
  expect(placesOf(shipped, /SIG(?:STOP|CONT|USR[12]|QUIT|PIPE)|process\.kill\(-/, ...toRedis)).toEqual([]);
});

test('a file URL is made from a path by Node, and a path from a file URL too', () => {
  expect(
    placesOf(all, /['"`]file:\/\/(?!\/etc\/)|\.pathname\b.*import\.meta|import\.meta\.url\)\s*\.pathname/),
  ).toEqual([]);
});

test('a path is taken apart and put together by node:path', () => {
  expect(
    placesOf(
      shipped,
      /\b(?:cwd\(\)|tmpdir\(\)|homedir\(\)|dirname\([^)]*\))\s*\+|\$\{(?:process\.cwd|tmpdir)\(\)\}\//,
    ),
  ).toEqual([]);
});

/** Commands of POSIX shells. npm runs scripts in cmd.exe on Windows. */
const posixOnly =
  /(?:^|[;&|]\s*)(?:rm|cp|mv|mkdir|ls|cat|touch|chmod|sed|grep|sh|bash|env|export|which|test|true|echo)\b/;

test('no script of a package.json needs a POSIX shell', () => {
  const needing = ['', ...workspaces.map(({ folder }) => folder)].flatMap((folder) => {
    const { scripts = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return Object.values<string>(scripts).filter(
      (line) => /\bexec\b|\$|^[A-Z_]+=|['`;|*]/.test(line) || posixOnly.test(line),
    );
  });
  expect(needing).toEqual([]);
});
