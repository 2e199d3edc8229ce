/** The console: where it is served, with which headers, and what an admin token may know of the service. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fullAdminToken } from '../src/index.ts';
import { type Edge, startEdge } from './edge.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-'));
const settings = () => ({
  ...{ event: 'request', service: 'relay', version: '1.2.3', storage: 'memory' as const },
  ...{ has_dev_tokens: true, lan_hosts: [], has_cluster: false, has_console: true },
});

beforeAll(() => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<title>Playground</title>');
  writeFileSync(join(folder, 'console.html'), '<title>Console</title><script src="/console/assets/a.js">');
  writeFileSync(join(folder, 'assets/a.1a2b.js'), 'export {};');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['/console', '/console/', '/console/groups/a%2Fb', '/console/users?query=ann'])(
  '%s is the page of the console under a strict policy',
  async (path) => {
    await using edge = await startEdge({ console: { folder } });
    const answer = await fetch(edge.url + path);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<title>Console</title>');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
  },
);

test('files with a digest in their name are kept by browsers; other names are no files', async () => {
  await using edge = await startEdge({ console: { folder } });
  const file = await fetch(`${edge.url}/console/assets/a.1a2b.js`);
  expect(file.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  for (const path of ['/console/assets/none.js', '/console/assets/%2e%2e%2findex.html', '/consoles']) {
    expect([path, (await fetch(edge.url + path)).status]).toEqual([path, 404]);
  }
});

test('with an admin port the console is there, and nothing of it on the public port', async () => {
  await using edge = await startEdge({
    console: { folder },
    playground: { folder, settings },
    config: { adminPort: 0 },
  });
  expect((await fetch(`${edge.adminUrl}/console/groups`)).status).toBe(200);
  expect((await fetch(`${edge.adminUrl}/console/assets/a.1a2b.js`)).status).toBe(200);
  for (const path of ['/console', '/console/groups', '/console/assets/a.1a2b.js']) {
    expect((await fetch(edge.url + path)).status).toBe(404);
  }
  expect(await (await fetch(`${edge.url}/`)).text()).toContain('Playground');
});

test('a node whose console is off has no such path', async () => {
  await using edge = await startEdge();
  for (const path of ['/console', '/console/groups']) {
    const answer = await fetch(edge.url + path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'unsupported_request' });
  }
});

test('any admin token reads its own name and scopes, and what a console shows of the service', async () => {
  const reader = { ...fullAdminToken('reader'), name: 'on-call', scopes: ['ops'] as const };
  await using edge = await startEdge({
    version: '1.2.3',
    hasArchive: true,
    config: { adminTokens: [reader] },
  });
  const answer = await edge.fetch('/v1/admin', { token: 'reader' });
  expect(await answer.json()).toEqual({
    ...{ name: 'on-call', scopes: ['ops'], version: '1.2.3', event: 'request', service: 'relay' },
    ...{ has_archive: true, has_sockets: true },
  });
  const refused = await edge.fetch('/v1/admin', { token: 'another' });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'unauthenticated' });
});

test('the admin port says that it has no sockets, and the public port knows no admin token', async () => {
  await using edge = await startEdge({ config: { adminPort: 0 } });
  const headers = { authorization: 'Bearer the admin token' };
  expect(await (await fetch(`${edge.adminUrl}/v1/admin`, { headers })).json()).toMatchObject({
    has_archive: false,
    has_sockets: false,
  });
  expect((await fetch(`${edge.url}/v1/admin`, { headers })).status).toBe(401);
});

const session = (edge: Edge, code: unknown) =>
  edge.fetch('/v1/console/session', { method: 'POST', json: { code }, token: 'none' });

test('in dev mode the code of the link is exchanged for an admin token, once, and is in no log', async () => {
  const codes = new Set(['secret-code']);
  await using edge = await startEdge({
    config: { isDev: true },
    takeConsoleCode: async (code) => (codes.delete(code) ? 'the admin token' : null),
  });
  const answer = await session(edge, 'secret-code');
  expect(await answer.json()).toEqual({ token: 'the admin token' });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const again = await session(edge, 'secret-code');
  expect(again.status).toBe(401);
  expect(await again.json()).toMatchObject({
    code: 'unauthenticated',
    error: expect.stringContaining('used'),
  });
  expect(edge.audited).toMatchObject([
    { kind: 'act', act: 'console_session', outcome: 'ok' },
    { kind: 'denial', act: 'console_session', who: 'unknown', outcome: 'unauthenticated' },
  ]);
  expect(JSON.stringify([edge.audited, edge.logs])).not.toMatch(/secret-code|the admin token/);
});

test.each([[''], ['a'.repeat(129)], [7], [undefined]])('the code %j is refused by its form', async (code) => {
  await using edge = await startEdge({ config: { isDev: true }, takeConsoleCode: async () => 'never' });
  const answer = await session(edge, code);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_args', details: { field: 'code' } });
});

test('after thirty wrong codes the next waits a minute; the right one is taken', async () => {
  const clock = new ManualClock();
  await using edge = await startEdge({
    clock,
    config: { isDev: true },
    takeConsoleCode: async (code) => (code === 'right' ? 'a token' : null),
  });
  for (let i = 0; i < 30; i += 1) expect((await session(edge, `wrong ${i}`)).status).toBe(401);
  const refused = await session(edge, 'wrong');
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited', retry_after_ms: 60_000 });
  const taken = await session(edge, 'right');
  expect([taken.status, await taken.json()]).toEqual([200, { token: 'a token' }]);
  await clock.advance(60_000);
  expect((await session(edge, 'wrong')).status).toBe(401);
});

test.each([
  ['outside dev mode', { isDev: false }],
  ['on the public port beside an admin port', { isDev: true, adminPort: 0 }],
])('%s there is no such route', async (_, config) => {
  await using edge = await startEdge({ config, takeConsoleCode: async () => 'a token' });
  expect((await session(edge, 'code')).status).toBe(404);
});
