/** The runbook has an entry for every alert, every refusal and every fault; every alert is tested and names its entry. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '../packages/protocol/src/errors.ts';
import { root } from './source-tree.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const runbook = read('apps/docs/operations/runbook.md');
const rules = read('deploy/alerts/plenum.yml').split('- alert: ').slice(1);
const alerts = rules.map((rule) => ({ name: rule.split('\n')[0] ?? '', rule }));

/** Those of the test suites: of nodes, Redis, clients and adapters. */
const faults = [
  'node killed',
  'node frozen or event loop blocked',
  'rolling restart',
  'nodes come and go',
  'mixed versions',
  'file descriptors used up',
  'machine overloaded, or Redis slow',
  'clock steps by an hour',
  'Redis killed and restarted',
  'append-only file cut',
  'Redis came up empty',
  'Redis frozen',
  'failover',
  'master of a Cluster lost',
  'slot moved',
  'scripts flushed',
  'connections of nodes cut by Redis',
  'half-open subscriber',
  'pub/sub buffer overflow',
  'memory full',
  'disk full',
  'foreign program on the prefix',
  'answer lost on the way',
  'one request at several nodes',
  'slow consumer',
  'half-open client',
  'load balancer lost',
  'bad content',
  'adapter hangs, fails or throws',
  'adapter answers late or in part',
  'archive away while logs are trimmed',
];

const sectionOf = (heading: string) => runbook.split(`### ${heading}\n`)[1]?.split(/\n##/)[0] ?? '';

test.each(alerts)('$name has an entry, which its runbook_url names', ({ name, rule }) => {
  expect(rule).toContain(`runbook_url: /docs/operations/runbook#${name.toLowerCase()}\n`);
  for (const part of ['Seen', 'Why', 'Do', 'Over']) expect(sectionOf(name)).toContain(`- **${part}.** `);
});

test.each(alerts)('$name is seen to fire and not to fire', ({ name }) => {
  const checks = [...read('test/alerts/plenum.yml').matchAll(/alertname: (\w+),?\s+exp_alerts:( \[\])?/g)];
  const of = checks.filter(([, alert]) => alert === name);
  expect(of.filter(([, , none]) => none === undefined).length, 'fires').toBeGreaterThan(0);
  expect(of.filter(([, , none]) => none !== undefined).length, 'does not').toBeGreaterThan(0);
});

test('the runbook has no entry of an alert that does not exist', () => {
  const entries = [...runbook.matchAll(/^### (Plenum\w+)$/gm)].map(([, name]) => name);
  expect(entries).toEqual(alerts.map(({ name }) => name));
});

test('every error code is in one row of the refusals, and no other', () => {
  const [, refusals = ''] = runbook.split('## Refusals');
  const named = [...refusals.matchAll(/\[`(\w+)`\]\(\.\.\/reference\/errors\.md#\1\)/g)].map(
    ([, code]) => code,
  );
  expect(named.toSorted()).toEqual([...errorCodes].sort());
});

test('every fault has a row with what one sees, what to do and when it is over', () => {
  const [, text = ''] = runbook.split('## Faults');
  const rows = text.split('## Refusals')[0]?.match(/^\| (?!fault|---).*\|$/gm) ?? [];
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(cells.map(([fault]) => fault)).toEqual(faults);
  for (const row of cells)
    expect(
      row.filter((cell) => cell !== ''),
      row[0],
    ).toHaveLength(4);
});
