/** `plenum console`: a console on this machine for a cluster elsewhere, for the person who has its link. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { freePort } from '@plenum/testkit';
import { createPlenum } from 'plenum';
import { beforeAll, describe, expect, test } from 'vitest';
import { setup as buildPages } from '../browser/built-pages.ts';
import { CommandProcess } from '../command-process.ts';
import { engines, Service } from '../support/cluster/service.ts';
import { Device } from '../support/devices/device.ts';
import { adminToken, httpRequest, jwtSecret, tokenOf } from '../support/wire/http.ts';

beforeAll(buildPages);

class LocalConsole implements AsyncDisposable {
  readonly command: CommandProcess;
  url = '';
  token = '';

  private constructor(url: string, options: readonly string[]) {
    const words = ['console', '--url', url, ...options];
    this.command = new CommandProcess('apps/server/bin/plenum.js', words, {
      PLENUM_ADMIN_TOKEN: adminToken,
    });
  }

  static async open(url: string, ...options: readonly string[]): Promise<LocalConsole> {
    const local = new LocalConsole(url, options);
    const [, own = '', code = ''] = await local.command.until(/^(http:\S+)\/console#code=(\S+)$/m);
    local.url = own;
    local.token = String((await local.begin(code)).body['token']);
    expect((await local.begin(code)).status).toBe(401);
    return local;
  }

  begin(code: unknown) {
    return httpRequest('POST', `${this.url}/v1/console/session`, { token: null, body: { code } });
  }

  rest(method: string, path: string, body?: unknown) {
    return httpRequest(method, this.url + path, {
      token: this.token,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Under another name, or from a page of another origin. */
  status(path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const given = { authorization: `Bearer ${this.token}`, ...headers };
      const sent = request(this.url + path, { headers: given }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once('error', reject).end();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.command[Symbol.asyncDispose]();
  }
}

describe.each(engines)('a cluster on %s', (engine) => {
  test('is read, and nothing is changed unless --write is given', async () => {
    await using service = await Service.start(engine);
    await using reads = await LocalConsole.open(service.url);
    expect((await reads.rest('GET', '/v1/admin')).body).toMatchObject({
      scopes: ['read', 'groups', 'ops'],
      read_only: true,
    });
    const group = { group_id: 'g', group_type: 'public', creator_id: 'ann' };
    const refused = await reads.rest('POST', '/v1/groups', group);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: 'forbidden', error: expect.stringContaining('--write') });
    expect((await service.rest('GET', '/v1/groups/g')).status).toBe(404);
    await using writes = await LocalConsole.open(service.url, '--write');
    expect((await writes.rest('GET', '/v1/admin')).body).not.toHaveProperty('read_only');
    expect((await writes.rest('POST', '/v1/groups', group)).status).toBe(201);
    expect((await reads.rest('GET', '/v1/groups/g')).body).toMatchObject({ group_id: 'g' });
    const unknown = await writes.rest('DELETE', '/v1/groups/none');
    expect(unknown.body).toMatchObject({ code: 'group_not_found', request_id: expect.any(String) });
    const headers = { authorization: `Bearer ${writes.token}` };
    const lines = await (await fetch(`${writes.url}/v1/users/ann/export`, { headers })).text();
    expect(lines.trim().split('\n').at(-1)).toContain('"type":"end"');
    reads.command.signal('SIGINT');
    expect(await reads.command.ended).toBe(0);
    expect(reads.command.output + writes.command.output).not.toContain(adminToken);
  });

  test('passes sockets on with --write, and only then', async () => {
    await using service = await Service.start(engine);
    await using writes = await LocalConsole.open(service.url, '--write');
    await using reads = await LocalConsole.open(service.url);
    const extraHeaders = { origin: writes.url };
    const device = new Device(writes.url, await tokenOf('ann'), { extraHeaders });
    await device.connected();
    const asked = await device.request('create_group', { group_id: 'g', group_type: 'public' });
    expect(asked).toMatchObject({ success: true });
    device.socket.disconnect();
    for (const [url, origin] of [
      [reads.url, reads.url],
      [writes.url, 'http://evil.example'],
      [writes.url, reads.url],
    ] as const) {
      const other = new Device(url, await tokenOf('ann'), { extraHeaders: { origin }, reconnection: false });
      await expect(other.connected()).rejects.toThrow();
      other.socket.disconnect();
    }
  });
});

test('the page is served with its policy; the token of the page and no other counts', async () => {
  await using service = await Service.start('memory');
  await using local = await LocalConsole.open(service.url);
  const page = await fetch(`${local.url}/console/groups/some`);
  expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'");
  const [asset = ''] = /\/console\/assets\/[^"]+\.js/.exec(await page.text()) ?? [];
  expect((await fetch(local.url + asset)).headers.get('content-type')).toContain('text/javascript');
  expect((await fetch(local.url, { redirect: 'manual' })).headers.get('location')).toBe('/console');
  for (const token of [null, 'wrong', adminToken]) {
    const { status, body } = await httpRequest('GET', `${local.url}/v1/admin`, { token });
    expect([status, body['code']]).toEqual([401, 'unauthenticated']);
  }
  for (const code of ['', 7, 'x'.repeat(4096)]) expect((await local.begin(code)).status).toBe(400);
  expect((await local.begin('x'.repeat(24))).status).toBe(401);
});

test('what the cluster says of its health is passed on without a token, and nothing else is', async () => {
  await using service = await Service.start('memory');
  await using local = await LocalConsole.open(service.url);
  const without = { token: null };
  const health = await httpRequest('GET', `${local.url}/readyz`, without);
  expect(health).toMatchObject({ status: 200, body: { ready: true, draining: false, shards_away: 0 } });
  expect(await local.status('/readyz', { origin: 'http://evil.example' })).toBe(403);
  for (const path of ['/readyz/', '/healthz', '/metrics'])
    expect((await httpRequest('GET', local.url + path, without)).status).toBe(404);
  expect((await httpRequest('POST', `${local.url}/readyz`, without)).status).toBe(404);
  await service.plenum.drain({ withinMs: 0 });
  const draining = await httpRequest('GET', `${local.url}/readyz`, without);
  expect(draining).toMatchObject({ status: 503, body: { ready: false, draining: true } });
});

test('the console of a node that an application has mounted below a prefix', async () => {
  await using server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const plenum = await createPlenum({ engine: 'memory', adminToken, jwtSecret, gateway: { server } });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/plenum`;
  await using local = await LocalConsole.open(url, '--write');
  expect((await local.rest('GET', '/v1/admin')).body).toMatchObject({ scopes: ['read', 'groups', 'ops'] });
  expect((await local.rest('GET', '/readyz')).body).toMatchObject({ ready: true });
  const extraHeaders = { origin: local.url };
  const device = new Device(local.url, await tokenOf('ann'), { extraHeaders });
  await device.connected();
  device.socket.disconnect();
  await plenum.close();
  server.closeAllConnections();
});

test('the library serves the console on its own port if asked, and never the playground', async () => {
  await using service = await Service.start('memory', { gateway: { port: 0, console: true } });
  const page = await fetch(`${service.url}/console/groups/some`);
  expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'");
  const [asset = ''] = /\/console\/assets\/[^"]+\.js/.exec(await page.text()) ?? [];
  expect((await fetch(service.url + asset)).status).toBe(200);
  expect((await service.rest('GET', '/v1/admin', { token: null })).status).toBe(401);
  expect((await service.rest('GET', '/v1/admin', { token: await tokenOf('ann') })).status).toBe(403);
  expect((await service.rest('GET', '/v1/admin')).status).toBe(200);
  for (const path of ['/playground.json', '/assets/main.js'])
    expect((await fetch(service.url + path)).status).toBe(404);
  expect(
    (await service.rest('POST', '/v1/console/session', { token: null, body: { code: 'x' } })).status,
  ).toBe(404);
  await using without = await Service.start('memory');
  expect((await fetch(`${without.url}/console`)).status).toBe(404);
});

test('another name of this machine and pages of other origins are refused', async () => {
  await using service = await Service.start('memory');
  await using local = await LocalConsole.open(service.url);
  const { port } = new URL(local.url);
  const doors = ['/v1/admin', '/console'];
  for (const path of doors) {
    expect(await local.status(path, { host: `localhost:${port}` })).toBe(200);
    expect(await local.status(path, { host: `evil.example:${port}` })).toBe(403);
    expect(await local.status(path, { host: '127.0.0.1' })).toBe(403);
    expect(await local.status(path, { origin: 'http://evil.example' })).toBe(403);
    expect(await local.status(path, { origin: 'null' })).toBe(403);
    expect(await local.status(path, { origin: local.url })).toBe(200);
  }
});

test('a cluster that goes away is unavailable, and the console lives on', async () => {
  const service = await Service.start('memory');
  await using local = await LocalConsole.open(service.url);
  await service[Symbol.asyncDispose]();
  const { status, body } = await local.rest('GET', '/v1/nodes');
  expect([status, body['code'], body['can_retry']]).toEqual([503, 'unavailable', true]);
  const { hostname, port } = new URL(local.url);
  const broken = connect(Number(port), hostname, () => broken.end('GET / HTTP/9\r\n\r\n'));
  broken.resume();
  await new Promise((resolve) => broken.once('close', resolve));
  expect((await fetch(`${local.url}/console`)).status).toBe(200);
});

test.each([
  [
    'a port that nothing listens on',
    async () => [`http://127.0.0.1:${await freePort()}`],
    /^No node of Plenum .* \(ECONNREFUSED\)$/m,
  ],
  ['a port that is none', async () => ['http://127.0.0.1:1', '--port', '70000'], /port from 0 to 65535/],
])('%s is one sentence', async (_, words, sentence) => {
  await using command = new CommandProcess(
    'apps/server/bin/plenum.js',
    ['console', '--url', ...(await words())],
    { PLENUM_ADMIN_TOKEN: adminToken },
  );
  expect(await command.ended).toBe(1);
  expect(command.output).toMatch(sentence);
  expect(command.output).not.toContain('    at ');
});

test('a token that the cluster does not take is refused before a page is opened', async () => {
  await using service = await Service.start('memory');
  await using command = new CommandProcess(
    'apps/server/bin/plenum.js',
    ['console', '--url', service.url, '--token', 'another'],
    {},
  );
  expect(await command.ended).toBe(1);
  expect(command.output).toContain('does not take this admin token');
});
