/** `plenum verify --faults`: it breaks nodes and a Redis of its own, and finds that nothing is lost, or that something is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultNames } from '../../apps/bench/src/faults/built-in-faults.ts';
import { CommandProcess } from '../command-process.ts';

/** Nodes end and start one after the other, on machines of any speed. */
const testLimitMs = 600_000;
const script = 'apps/bench/bin/verify.js';
const load = ['--nodes', '2', '--groups', '2', '--members', '4', '--seed', '16'];

const evidenceOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'verdict.json'), 'utf8'));

test('every fault in one run loses nothing, and the evidence has when each began and ended', {
  timeout: testLimitMs,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-evidence-'));
  const faults = ['--seconds', '8', '--faults', 'all', '--from', 'apps/server', '--evidence', folder];
  await using verify = new CommandProcess(script, [...load, ...faults], {});
  expect(await verify.ended, verify.output).toBe(0);
  const verdict = evidenceOf(folder);
  rmSync(folder, { recursive: true });
  expect(verdict.counts).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unanswered: 0 });
  expect(verdict.command).toContain('--faults all --from apps/server');
  expect(verdict.faults.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
    `every node is ${verdict.versions.now}`,
    'it is ready again',
    'it is ready again',
    'the replica is the master',
    'the link is whole',
    'the link is whole',
    'they read again',
    `every node is ${verdict.versions.before}`,
  ]);
  expect(verdict.faults).toHaveLength(faultNames.length);
  for (const { beganAt, endedAt } of verdict.faults) expect(endedAt > beganAt).toBe(true);
  const moments = verdict.timeline.map(({ what }: { what: string }) => what);
  for (const version of [verdict.versions.now, verdict.versions.before])
    expect(moments).toContain(`node 2 of 2 is ${version}`);
  // Two at the start, two of the upgrade, two of the rollback at least; one that is soon replaced may not be seen.
  expect(verdict.nodes.length).toBeGreaterThan(4);
});

test('a version that alters messages is found, and the run exits with 1', {
  timeout: testLimitMs,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-evidence-'));
  const from = ['--from', 'test/support/altering-plenum.js', '--evidence', folder];
  const args = [...load, '--seconds', '3', '--faults', 'slow,upgrade', ...from];
  await using verify = new CommandProcess(script, args, {});
  expect(await verify.ended, verify.output).toBe(1);
  expect(verify.output).toContain('FAILED: what was delivered is not what was acknowledged');
  const { verdict, violations, faults } = evidenceOf(folder);
  rmSync(folder, { recursive: true });
  expect(verdict).toBe('failed');
  expect(violations).not.toEqual([]);
  expect(faults).toHaveLength(2);
});

test.concurrent.each([
  [['--faults', 'kill,frobnicate'], `--faults <list>' argument 'kill,frobnicate' is invalid. "frobnicate"`],
  [['--faults', 'kill', '--nodes', '0'], `'--nodes <n>' argument '0' is invalid. a whole number from 1 to 9`],
  [['--faults', 'kill', '--url', 'http://127.0.0.1:1'], '--faults breaks nodes that verify starts itself'],
  [['--faults', 'all', '--from', 'deploy'], 'deploy: the folder has no plenum, in none of bin/plenum.js'],
  [['--faults', 'all', '--from', 'no-such'], 'no-such is not in the history of this copy'],
])('verify says in one sentence why it does not run with %j', async (args, why) => {
  await using verify = new CommandProcess(script, args, {});
  expect(await verify.ended).toBe(1);
  expect(verify.output).toContain(why);
  expect(verify.output).not.toContain('    at ');
});
