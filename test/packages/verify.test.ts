/** `plenum verify` of the package: those who run a cluster have no repository. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@plenum/testkit';
import { beforeAll, expect, inject, test } from 'vitest';
import { runIn } from './run-in.ts';

const outside = inject('outside');
const folder = join(outside, 'verify');
const plenum = join(outside, 'node_modules/plenum/bin/plenum.js');
const passed = /lost = 0, duplicated = 0, reordered = 0, .*\nPASSED/;
const short = ['--seconds', '3', '--groups', '2', '--members', '3'];

beforeAll(() => {
  mkdirSync(folder);
  const node = fileURLToPath(new URL('outside/tls-node.js', import.meta.url));
  copyFileSync(node, join(folder, 'tls-node.mjs'));
});

test('without --url it starts three nodes and a Redis, and a fault kills one', () => {
  const output = runIn(folder, process.execPath, plenum, 'verify', ...short, '--during', 'kill -9 $2');
  expect(output).toMatch(/^nodes: (?:http\S+ \(process \d+\)(?:, )?){3}$/m);
  expect(output).toMatch(/reconnects [1-9]/);
  expect(output).toMatch(passed);
});

test('it breaks its own cluster, upgrades it from another installation, and builds no commit', () => {
  const faults = ['--nodes', '2', '--faults', 'upgrade,kill,redis-failover,redis-partition', '--from'];
  const output = runIn(folder, process.execPath, plenum, 'verify', ...short, ...faults, '..');
  expect(output).toMatch(passed);
  const refused = () => runIn(folder, process.execPath, plenum, 'verify', ...faults, 'v0.1.0');
  expect(refused).toThrow(
    '--from v0.1.0: there is no such folder, and only the repository can build a commit: npm install --prefix before plenum@<version>',
  );
});

test('it drives a cluster behind TLS, and leaves no group', async () => {
  const secret = 'a-secret-of-at-least-32-characters';
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  runIn(folder, 'openssl', 'req', '-x509', ...key, '-out', 'cert.pem', ...subject);
  const redis = await startRedis();
  const node = fork(join(folder, 'tls-node.mjs'), [redis.serviceUrl, secret], { cwd: folder });
  try {
    const [url] = await once(node, 'message');
    const trusting = ['NODE_EXTRA_CA_CERTS=cert.pem', `PLENUM_JWT_SECRET=${secret}`, process.execPath];
    const verify = ['verify', '--url', String(url), ...short];
    expect(runIn(folder, 'env', ...trusting, plenum, ...verify)).toMatch(passed);
    const asked = once(node, 'message');
    node.send('groups');
    expect(await asked).toEqual([[], undefined]);
  } finally {
    node.kill();
    await redis.stop();
  }
});
