/** A node is killed under its clients while their groups talk. The command of the bench measures it, so this test runs the command. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';

test('clients of a killed node come back without a loss, by two reads per group and node', {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-storm-'));
  try {
    const json = join(folder, 'storm.json');
    const args = ['storm', '--clients', '600', '--groups', '40', '--count-reads', '--json', json];
    await using bench = new CommandProcess('apps/bench/bin/bench.js', args, {});
    expect(await bench.ended, bench.output).toBe(0);
    const { reads, ...figures } = JSON.parse(readFileSync(json, 'utf8'));
    expect(figures).toMatchObject({
      ...{ clients: 200, never: 0, lost: 0, duplicated: 0, reordered: 0, malformed: 0, resyncs: 0 },
      firstProblem: null,
    });
    expect(reads.places).toBeGreaterThan(40);
    // What was read serves for ten seconds. 200 clients: one read of each kind for each of them would be more.
    const tens = Math.ceil(figures.backLastMs / 10_000);
    expect(reads.sum).toBeLessThanOrEqual(2 * tens * reads.places);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
