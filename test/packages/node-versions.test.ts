/** The packages under each supported version of Node: library and SDK by `require`, the command, the test kit with two runners. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runIn } from './run-in.ts';

const outside = inject('outside');
const plenum = join(outside, 'node_modules/plenum/bin/plenum.js');
const guide = readFileSync(
  fileURLToPath(new URL('../../apps/docs/guides/testing.md', import.meta.url)),
  'utf8',
);
const nodes = Object.entries(inject('nodes'));
const folder = join(outside, 'testing');
const made: string[] = [];

/** The blocks of the guide about tests: each begins with the name of its file. */
const blocks = [...guide.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(
  ([, name = '', text = '']) => [name, text] as const,
);

beforeAll(() => {
  mkdirSync(folder);
  for (const [name, text] of blocks) writeFileSync(join(folder, name), text);
});
afterAll(() => {
  for (const one of made) rmSync(one, { recursive: true, force: true });
});

test('every block of the guide about tests names its file', () => {
  expect(blocks).toHaveLength(guide.match(/```js/g)?.length ?? 0);
});

test.each(nodes)('Node %s: the program is that version', (version, node) => {
  expect(runIn(outside, node, '--version')).toMatch(new RegExp(`^v${version}\\.`));
});

test.each(nodes)('Node %s: a CommonJS service gets library and SDK by require', (_, node) => {
  writeFileSync(
    join(outside, 'service.cjs'),
    readFileSync(fileURLToPath(new URL('outside/service.cjs', import.meta.url))),
  );
  const output = runIn(outside, node, 'service.cjs');
  expect(output).toContain('heard hello');
  // Node 22 and 24 warn of nothing; Node 20.19 says that `require` of a module is experimental.
  expect(output.split('\n').filter((line) => /warning/i.test(line) && !/require/i.test(line))).toEqual([]);
});

test.each(nodes)(
  'Node %s: the suites of the guide pass in Vitest and, from CommonJS, in node:test',
  (_, node) => {
    const vitest = join(outside, 'node_modules/vitest/vitest.mjs');
    expect(runIn(folder, node, vitest, 'run', '--no-color')).toMatch(/Test Files +4 passed \(4\)/);
    expect(runIn(folder, node, '--test', 'welcome-by-node.cjs')).toMatch(/^. pass 1$/m);
  },
);

test.each(nodes)(
  'Node %s: plenum init writes a configuration that it can read, and dev serves',
  async (version, node) => {
    const empty = mkdtempSync(join(tmpdir(), 'with TypeScript '));
    made.push(empty);
    writeFileSync(join(empty, 'tsconfig.json'), '{}');
    runIn(empty, node, plenum, 'init');
    const ending = version === '20.19' ? 'mjs' : 'mts';
    expect(readdirSync(empty)).toContain(`plenum.config.${ending}`);
    const env = { ...process.env, PORT: '0', REDIS_URL: '', PLENUM_ENGINE: 'memory' };
    const child = spawn(node, [plenum, 'dev'], { cwd: empty, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    await expect.poll(() => output, { timeout: 60_000 }).toMatch(/Plenum is ready at/);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(output).not.toMatch(/warning/i);
  },
);
