/**
 * The bench measures nothing here: what counts is that it runs, that it checks, and that a cluster passes its check. So the
 * tests run side by side.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { adminToken, jwtSecret } from '../support/wire/http.ts';

/** Rounds of load, one after the other, on machines of any speed. */
const testLimitMs = 600_000;

test.concurrent('a short bench compares all systems, and every receiver got everything', {
  timeout: testLimitMs,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-bench-'));
  try {
    const json = join(folder, 'result.json');
    const args = ['--short', '--rounds', '1', '--shape', '2x10,latency:1x10', '--json', json];
    await using bench = new CommandProcess('apps/bench/bin/bench.js', args, {});
    expect(await bench.ended, bench.output).toBe(0);
    const { rows } = JSON.parse(readFileSync(json, 'utf8'));
    const names = rows.map((row: { kind: string; system: string }) => `${row.kind} ${row.system}`);
    for (const kind of ['saturation', 'latency']) {
      for (const system of ['B0', 'B1', 'Plenum']) expect(names).toContain(`${kind} ${system}`);
    }
    for (const row of rows) {
      expect(row).toMatchObject({
        lost: 0,
        duplicated: 0,
        reordered: 0,
        faultyRounds: 0,
      });
      expect(row.messagesPerSec.median).toBeGreaterThan(0);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The path of a Centrifugo binary; without it the run says at its end what it does not cover. */
const centrifugo = process.env['CENTRIFUGO'] ?? '';

test.runIf(centrifugo !== '')(
  'a given Centrifugo runs in the same rounds, and every receiver got everything',
  {
    timeout: testLimitMs,
  },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plenum-bench-'));
    try {
      const json = join(folder, 'result.json');
      const shape = ['--shape', '2x10,latency:1x10'];
      const args = ['--short', '--rounds', '1', ...shape, '--centrifugo', centrifugo, '--json', json];
      await using bench = new CommandProcess('apps/bench/bin/bench.js', args, {});
      expect(await bench.ended, bench.output).toBe(0);
      const { rows } = JSON.parse(readFileSync(json, 'utf8'));
      const own = rows.filter(({ system }: { system: string }) => system === 'Centrifugo');
      expect(own.map(({ kind }: { kind: string }) => kind)).toEqual(['saturation', 'latency']);
      for (const row of own) {
        expect(row).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, faultyRounds: 0, refused: {} });
        expect(row.messagesPerSec.median).toBeGreaterThan(0);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test.concurrent.each(['/no/such/file', process.execPath])(
  'the bench says in one sentence that %s is no Centrifugo',
  async (path) => {
    await using bench = new CommandProcess('apps/bench/bin/bench.js', ['--short', '--centrifugo', path], {});
    expect(await bench.ended).toBe(1);
    expect(bench.output.trim().split('\n')).toEqual([
      expect.stringContaining(`--centrifugo ${path} is no runnable centrifugo`),
    ]);
  },
);

test.concurrent('the probes of a short bench get only their own bytes, lose no client and have every figure', {
  timeout: testLimitMs,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-bench-'));
  try {
    const json = join(folder, 'result.json');
    const args = ['--short', '--rounds', '1', '--shape', 'bytes,storm,scripts,memory', '--json', json];
    await using bench = new CommandProcess('apps/bench/bin/bench.js', args, {});
    expect(await bench.ended, bench.output).toBe(0);
    const { rows } = JSON.parse(readFileSync(json, 'utf8'));
    const figures = new Map<string, number>();
    for (const { kind, system, figures: found } of rows) {
      if (system !== 'Plenum') continue;
      for (const { name, value } of found) figures.set(`${kind}: ${name}`, value.median);
    }
    expect(figures.get('bytes: the group of the other node is named')).toBe(0);
    expect(figures.get('bytes: its own group is named')).toBeGreaterThan(0);
    expect(figures.get('storm: resumed where they had been')).toBe(100);
    expect(figures.get('memory: open files more than before')).toBeLessThanOrEqual(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.concurrent('verify passes while nodes freeze and die and members are slow; its evidence has it all', {
  timeout: testLimitMs,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-evidence-'));
  await using cluster = await Cluster.start();
  const urls = cluster.nodes.map(({ url }) => url).join(',');
  const [first, second] = [cluster.node(0).pid, cluster.node(1).pid];
  const during = [`kill -STOP ${first} && sleep 1 && kill -CONT ${first}`, `kill -9 ${second}`];
  const faults = during.flatMap((command) => ['--during', command]);
  const wanted = ['--seconds', '6', '--groups', '2', '--slow', '1', '--seed', '7', '--evidence', folder];
  const secrets = ['--secret', jwtSecret, '--admin-token', adminToken];
  const args = ['--url', urls, ...secrets, ...wanted, ...faults];
  await using verify = new CommandProcess('apps/bench/bin/verify.js', args, {});
  expect(await verify.ended, verify.output).toBe(0);
  expect(verify.output).toMatch(/^again: plenum verify .*'kill -9 \d+' --seed 7$/m);
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  const verdict = JSON.parse(text('verdict.json'));
  expect(verdict).toMatchObject({
    verdict: 'passed',
    seed: 7,
    counts: { lost: 0, duplicated: 0, reordered: 0 },
  });
  const moments = verdict.timeline.map(({ what }: { what: string }) => what).join('\n');
  for (const command of during) expect(moments).toContain(`exit code 0: ${command}`);
  expect(verdict.faults).toMatchObject([
    { what: during[0], endedAt: expect.any(String), lastedMs: expect.any(Number), outcome: 'exit code 0' },
    { what: '1 members read nothing for 2 s', outcome: 'they read again' },
    { what: during[1], outcome: 'exit code 0' },
  ]);
  // What `npm run cluster` starts for the killed one is another node at its address.
  expect(new Set(verdict.nodes.map(({ url: at }: { url: string }) => at)).size).toBe(3);
  for (const seen of verdict.nodes) expect(seen.version).toBe(verdict.versions.cluster[0].version);
  expect(text('verdict.html')).toContain('<h1>Passed</h1>');
  expect(text('sends.jsonl').trim().split('\n')).toHaveLength(verdict.counts.sends);
  for (const line of text('SHA256SUMS').trim().split('\n')) {
    const [sum, name = ''] = line.split('  ');
    expect(createHash('sha256').update(text(name)).digest('hex'), name).toBe(sum);
  }
  for (const name of ['verdict.json', 'verdict.html', 'sends.jsonl'])
    for (const secret of [jwtSecret, adminToken]) expect(text(name)).not.toContain(secret);
  rmSync(folder, { recursive: true, force: true });
  expect(verify.output).toMatch(/lost = 0, duplicated = 0, reordered = 0/);
  expect(verify.output).toMatch(/reconnects [1-9]/);
  expect(verify.output).toMatch(/^changes \d+: edit [1-9].*react [1-9]/m);
});

test.concurrent('verify fails when the fault could not be injected', { timeout: testLimitMs }, async () => {
  await using cluster = await Cluster.start();
  const args = [
    '--url',
    cluster.url,
    '--secret',
    jwtSecret,
    '--seconds',
    '1',
    '--groups',
    '1',
    '--members',
    '2',
  ];
  await using verify = new CommandProcess('apps/bench/bin/verify.js', [...args, '--during', 'exit 3'], {});
  expect(await verify.ended, verify.output).toBe(1);
  expect(verify.output).toContain('FAILED: the fault was not injected');
});

test.concurrent.each([
  ['http://127.0.0.1:1', 'cannot be reached'],
  ['https://127.0.0.1:1', 'cannot be reached'],
  ['ws://127.0.0.1:1', 'cannot be driven: a target is an http:// or https:// URL'],
  ['127.0.0.1:3000', 'cannot be driven: a target is an http:// or https:// URL'],
])('verify says in one sentence why it does not drive %s', async (url, why) => {
  await using verify = new CommandProcess('apps/bench/bin/verify.js', ['--url', url], {});
  expect(await verify.ended).toBe(1);
  expect(verify.output.trim().split('\n')).toEqual([expect.stringContaining(`${url} ${why}`)]);
});

test.concurrent.each([
  ['that it is short', 'short', 'the secret must have at least 32 bytes'],
  ['why the cluster refuses its tokens', 'another-secret-that-is-long-enough', '"code":"unauthenticated"'],
])('verify says of a secret %s', async (_, secret, why) => {
  await using cluster = await Cluster.start();
  const args = ['--url', cluster.url, '--secret', secret];
  await using verify = new CommandProcess('apps/bench/bin/verify.js', args, {});
  expect(await verify.ended).toBe(1);
  expect(verify.output.trim().split('\n')).toEqual([expect.stringContaining(why)]);
});

test.concurrent('verify:mixed says in one sentence that a version is not in the history', async () => {
  const args = ['--before', 'no-such-version'];
  await using verify = new CommandProcess('apps/bench/bin/verify-mixed.js', args, {});
  expect(await verify.ended).toBe(3);
  expect(verify.output.trim().split('\n')).toEqual([
    'building no-such-version …',
    expect.stringMatching(/^no-such-version is not in the history of this copy: .*--before$/),
  ]);
});
