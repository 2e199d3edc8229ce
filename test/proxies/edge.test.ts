/** Of a proxy that is set up well, clients notice nothing, nodes learn the addresses of clients, and no secret is logged. */
import { CertificateAuthority } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProxiedNodes } from '../support/cluster/proxied-nodes.ts';
import { proxyKinds } from '../support/cluster/proxy-kinds.ts';
import { ThreeNodes } from '../support/cluster/three-nodes.ts';
import { readsRefusals } from '../support/devices/device.ts';
import { expectNoConnection } from '../support/rules/refused.ts';
import { httpRequest, tokenOf } from '../support/wire/http.ts';

const perNode = 2;
/** The heartbeat of Engine.IO comes every 25 s. */
const idleTimeoutSec = 30;
const quietSec = 34;
const requestTimeoutSec = 3;

let nodes: ThreeNodes;
beforeAll(async () => {
  nodes = await ThreeNodes.start({ PLENUM_MAX_CONNECTIONS_PER_IP: String(perNode) });
});
afterAll(() => nodes[Symbol.asyncDispose]());

describe.each(proxyKinds)('behind %s', (name, kind) => {
  let proxied: ProxiedNodes;
  beforeAll(async () => {
    proxied = await ProxiedNodes.start(kind, nodes);
  });
  afterAll(() => proxied[Symbol.asyncDispose]());

  test('REST answers as a node does, failures included', async () => {
    const groups = `${proxied.url}/v1/groups`;
    const created = { group_id: name, group_type: 'public', creator_id: 'ann' };
    expect(await httpRequest('POST', groups, { body: created })).toMatchObject({ status: 201 });
    const sent = { from_user_id: 'ann', message: 'by REST' };
    expect(await httpRequest('POST', `${groups}/${name}/messages`, { body: sent })).toMatchObject({
      body: { status: 'relayed', seq: 2 },
    });
    expect(await httpRequest('GET', `${groups}/${name}/messages`)).toMatchObject({
      body: { entries: [{ type: 'created' }, { message: 'by REST' }] },
    });
    const large = { ...sent, message: 'x'.repeat(100_000) };
    expect(await httpRequest('POST', `${groups}/${name}/messages`, { body: large })).toMatchObject({
      status: 413,
      body: { code: 'message_too_large', can_retry: false },
    });
    expect(await httpRequest('GET', `${groups}/unknown`)).toMatchObject({
      status: 404,
      body: { code: 'group_not_found' },
    });
  });

  test('a page that comes from the address of the proxy may connect, one from elsewhere may not', async () => {
    const page = await proxied.device('page', { extraHeaders: { origin: proxied.url } });
    await page.must('list_groups', {});
    page.socket.disconnect();
    const foreign = { extraHeaders: { origin: 'https://evil.example' } };
    await expectNoConnection(proxied.device('page', foreign), { code: 'origin_denied' });
  });

  test('the address of a client counts, not that of the proxy and not the one that it claims', async () => {
    const attempts = 12;
    const claiming = (i: number) => ({
      localAddress: '127.0.0.2',
      reconnection: false,
      ...readsRefusals,
      extraHeaders: { 'x-forwarded-for': `198.51.100.${i}` },
    });
    const codes: string[] = [];
    for (let i = 0; i < attempts; i += 1) {
      await proxied.device(`claims-${i}`, claiming(i)).catch(({ data }) => codes.push(data.code));
    }
    expect(new Set(codes)).toEqual(new Set(['too_many_connections']));
    expect(codes.length).toBeGreaterThanOrEqual(attempts - perNode * nodes.all.length);
    await proxied.device('other', { localAddress: '127.0.0.3', reconnection: false });
  });
});

test.concurrent.each(proxyKinds)(
  'behind %s an idle connection outlives timeouts that are hardly longer than the heartbeat',
  async (_, kind) => {
    await using proxied = await ProxiedNodes.start(kind, nodes, { idleTimeoutSec, requestTimeoutSec });
    const device = await proxied.device('quiet');
    const breaks: string[] = [];
    device.socket.on('disconnect', (reason) => breaks.push(reason));
    await new Promise((resolve) => setTimeout(resolve, quietSec * 1000));
    await device.must('list_groups', {});
    expect(breaks).toEqual([]);
  },
);

test.each(proxyKinds)('%s speaks TLS with the certificate that it is given', async (_, kind) => {
  await using authority = await CertificateAuthority.create();
  const { ca, cert, key } = await authority.issue({ names: ['IP:127.0.0.1'] });
  await using proxied = await ProxiedNodes.start(kind, nodes, { tls: { cert, key } });
  const page = await proxied.device('secured', { ca, extraHeaders: { origin: proxied.url } });
  await page.must('list_groups', {});
  await expect(fetch(`${proxied.url}/healthz`)).rejects.toMatchObject({
    cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  });
});

test.each(proxyKinds)('%s logs no token that a client puts into the address', async (_, kind) => {
  const token = await tokenOf('careless');
  await using proxied = await ProxiedNodes.start(kind, nodes);
  await proxied.device('careless', { query: { token } });
  // What a proxy says about a node that is away may not quote the request either.
  const node = nodes.node(0);
  await node.end('SIGKILL');
  for (let i = 0; i < 6; i += 1) {
    expect(await fetch(`${proxied.url}/healthz?token=${token}`)).toMatchObject({ status: 200 });
  }
  await node.startAgain();
  const logged = await proxied.proxy.output();
  expect(logged).toContain(' 200 ');
  expect(logged).not.toContain('token');
  expect(logged).not.toContain(token);
});
