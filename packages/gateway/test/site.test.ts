/** The documents at `/docs`: which files are served, with which headers, and that no path leaves their folder. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEdge } from './edge.ts';

const outside = mkdtempSync(join(tmpdir(), 'site-'));
const site = join(outside, 'site');
const script = 'document.documentElement.dataset.ready = 1';

beforeAll(() => {
  for (const folder of ['assets', 'reference']) mkdirSync(join(site, folder), { recursive: true });
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  writeFileSync(join(site, 'index.html'), `<title>Start</title><script id="a">${script}</script>`);
  writeFileSync(join(site, 'reference/index.html'), '<title>Reference</title>');
  writeFileSync(join(site, 'reference/errors.html'), '<title>Errors</title>');
  writeFileSync(join(site, 'assets/app.1a2b.js'), 'export {};');
  writeFileSync(join(site, 'llms.txt'), '# Plenum ✓');
  writeFileSync(join(site, 'notes.exe'), 'no');
  symlinkSync(join(outside, 'secret.txt'), join(site, 'linked.txt'));
});
afterAll(() => rmSync(outside, { recursive: true, force: true }));

/** Unlike `fetch` it sends the path as it is given. */
function asked(url: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(url);
      const sent = request({ hostname, port, path, headers }, async (answer) => {
        const text = Buffer.concat(await answer.toArray()).toString('utf8');
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      });
      sent.once('error', reject);
      sent.end();
    },
  );
}

test.each([
  ['/docs/', 'text/html; charset=utf-8', 'Start'],
  ['/docs/reference/', 'text/html; charset=utf-8', 'Reference'],
  ['/docs/reference/errors', 'text/html; charset=utf-8', 'Errors'],
  ['/docs/reference/errors.html?x=1', 'text/html; charset=utf-8', 'Errors'],
  ['/docs/assets/app.1a2b.js', 'text/javascript; charset=utf-8', 'export'],
  ['/docs/llms.txt', 'text/plain; charset=utf-8', '✓'],
])('%s is served as %s', async (path, type, text) => {
  await using edge = await startEdge({ site });
  const answer = await asked(edge.url, path);
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': type } });
  expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  expect(answer.text).toContain(text);
});

test('/docs leads to the folder of the site', async () => {
  await using edge = await startEdge({ site });
  expect(await asked(edge.url, '/docs')).toMatchObject({ status: 308, headers: { location: 'docs/' } });
});

test('a page is asked for again and answered with 304; a named asset is kept for a year', async () => {
  await using edge = await startEdge({ site });
  const { headers } = await asked(edge.url, '/docs/');
  expect(headers['cache-control']).toBe('no-cache');
  const again = await asked(edge.url, '/docs/', { 'if-none-match': String(headers['etag']) });
  expect(again).toMatchObject({ status: 304, text: '' });
  const asset = await asked(edge.url, '/docs/assets/app.1a2b.js');
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

test('a page runs its own scripts and those of this origin, and no page may frame it', async () => {
  await using edge = await startEdge({ site });
  const policy = String((await asked(edge.url, '/docs/')).headers['content-security-policy']);
  const hash = createHash('sha256').update(script).digest('base64');
  expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe-eval|https?:|script-src[^;]*unsafe-inline/);
});

test.each([
  '/docs/../secret.txt',
  '/docs/%2e%2e/secret.txt',
  '/docs/..%2fsecret.txt',
  '/docs/..%5csecret.txt',
  '/docs/assets/../../secret.txt',
  '/docs/assets/..%2f..%2fsecret.txt',
  '/docs//etc/passwd',
  '/docs/%2fetc%2fpasswd',
  '/docs/linked.txt',
  '/docs/notes.exe',
  '/docs/assets',
  '/docs/assets/',
  '/docs/secret.txt%00.html',
  '/docs/__proto__',
  '/docs/no/such/page',
])('%s is no file of the site, and the refusal is typed', async (path) => {
  await using edge = await startEdge({ site });
  const answer = await asked(edge.url, path);
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'unsupported_request' });
  expect(answer.text).not.toContain('secret"');
});

test('a path that is no UTF-8 is refused as everywhere', async () => {
  await using edge = await startEdge({ site });
  expect(await asked(edge.url, '/docs/%ff')).toMatchObject({ status: 400 });
});

test('a node without built documents shows the API, and how to build them', async () => {
  await using edge = await startEdge();
  const { status, text } = await asked(edge.url, '/docs');
  expect(status).toBe(200);
  expect(text).toContain('npm run docs:build');
  expect(await asked(edge.url, '/docs/')).toMatchObject({ status: 308, headers: { location: '../docs' } });
  expect((await asked(edge.url, '/docs/start/')).status).toBe(404);
});

test.each(['/docs', '/docs/', '/docs/reference/errors'])(
  '%s is nothing where documents are off',
  async (path) => {
    await using edge = await startEdge({ site: null });
    expect(await asked(edge.url, path)).toMatchObject({ status: 404 });
  },
);
