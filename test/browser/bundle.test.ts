import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundled } from './bundle.ts';

const entry = 'packages/client/dist/index.js';
/** A page that uses the client and no view. */
const clientAlone = 'test/browser/page/client-alone.ts';
/** What the SDK may add to the page of an application that has socket.io-client. */
const ownMaxBytes = 8100;
const readme = readFileSync(
  fileURLToPath(new URL('../../packages/client/README.md', import.meta.url)),
  'utf8',
);

/** What the README allows, in bytes: `6.8 kB` are 6,800. */
const documented = (pattern: RegExp) => Math.round(Number(readme.match(pattern)?.[1]) * 1000);
const gzipBytes = (code: string) => gzipSync(code, { level: 9 }).length;

/** Within what is documented, and not so far below that the README would have to say less. */
function expectWithin(bytes: number, boundBytes: number): void {
  expect(bytes).toBeLessThanOrEqual(boundBytes);
  expect(bytes).toBeGreaterThan(boundBytes * 0.95);
}

test('the SDK becomes one module that imports nothing, no module of Node in particular', async () => {
  const { imports, dynamicImports, moduleIds } = await bundled(entry);
  expect([...imports, ...dynamicImports]).toEqual([]);
  expect(moduleIds.some((id) => id.endsWith('packages/client/dist/client.js'))).toBe(true);
});

test('no schemas are shipped: of the protocol the SDK takes types only', async () => {
  const { moduleIds } = await bundled(entry);
  expect(moduleIds.filter((id) => /packages\/protocol|node_modules\/zod/.test(id))).toEqual([]);
});

test('it is as big as its README says, with socket.io-client and without', async () => {
  const whole = await bundled(clientAlone);
  expectWithin(gzipBytes(whole.code), documented(/([\d.]+) kB with `socket\.io-client`/));
  const own = await bundled(clientAlone, ['socket.io-client']);
  expect(own.imports).toEqual(['socket.io-client']);
  expectWithin(gzipBytes(own.code), documented(/is at most ([\d.]+) kB gzipped/));
  expect(gzipBytes(own.code)).toBeLessThanOrEqual(ownMaxBytes);
  const all = await bundled(entry, ['socket.io-client']);
  expectWithin(gzipBytes(all.code), documented(/everything at most ([\d.]+) kB/));
});
