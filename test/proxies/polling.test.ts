/** Clients that poll, behind proxies that keep each of them at its node by a cookie. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import type { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { ProxiedNodes } from '../support/cluster/proxied-nodes.ts';
import { proxyKinds } from '../support/cluster/proxy-kinds.ts';
import { ThreeNodes } from '../support/cluster/three-nodes.ts';
import type { Follower } from '../support/devices/follower.ts';

const memberCount = 9;
const aWhile = 30;
const patient = { timeoutMs: 20_000 };
/** `withCredentials`: cookies are kept. */
const polling = { transports: ['polling'], withCredentials: true };

async function underLoad(traffic: CheckedTraffic, groupId: string): Promise<readonly Follower[]> {
  const userIds = Array.from({ length: memberCount }, (_, i) => `${groupId}-${i}`);
  const members = await traffic.group(groupId, userIds);
  traffic.keepSending(members.slice(0, 3), groupId, { everyMs: 40 });
  return members;
}

function breaksOf(members: readonly Follower[]): readonly string[] {
  const breaks: string[] = [];
  for (const { device } of members) device.socket.on('disconnect', (reason) => breaks.push(reason));
  return breaks;
}

/** Resolves when the proxy sends clients there again, as it did before. */
const usedAgain = (proxied: ProxiedNodes, node: NodeOnPort) =>
  eventually(async () => {
    const probe = await proxied.device('probe', polling);
    probe.socket.disconnect();
    expect(await node.socketsOpened()).toBeGreaterThan(0);
  }, patient);

let nodes: ThreeNodes;
beforeAll(async () => {
  nodes = await ThreeNodes.start({ PLENUM_TRANSPORTS: 'websocket,polling' });
});
afterAll(() => nodes[Symbol.asyncDispose]());

describe.each(proxyKinds)('behind %s', (name, kind) => {
  let proxied: ProxiedNodes;
  beforeAll(async () => {
    proxied = await ProxiedNodes.start(kind, nodes, { isPolling: true });
  });
  afterAll(() => proxied[Symbol.asyncDispose]());

  test('clients that poll stay at their node, move when it is killed, and miss nothing', async () => {
    await using traffic = new CheckedTraffic(proxied.url, { device: polling });
    const members = await underLoad(traffic, `${name}-polled`);
    const breaks = breaksOf(members);
    await traffic.until(2 * aWhile);
    expect(breaks).toEqual([]);
    expect((await nodes.sockets()).filter((count) => count > 0).length).toBeGreaterThan(1);
    const node = await nodes.busiest();
    await node.end('SIGKILL');
    await eventually(() => expect(breaks.length).toBeGreaterThan(0));
    await traffic.until(aWhile);
    await node.startAgain();
    await usedAgain(proxied, node);
    await traffic.expectComplete();
  });

  test('clients that poll move away from a node that is stopped, and miss nothing', async () => {
    await using traffic = new CheckedTraffic(proxied.url, { device: polling });
    const members = await underLoad(traffic, `${name}-moved`);
    const breaks = breaksOf(members);
    await traffic.until(aWhile);
    const node = await nodes.busiest();
    await node.end('SIGTERM');
    await eventually(() => expect(breaks.length).toBeGreaterThan(0));
    await node.startAgain();
    await usedAgain(proxied, node);
    await traffic.until(aWhile);
    await traffic.expectComplete();
  });

  test('a client that begins with polling gets its WebSocket at the same node', async () => {
    const device = await proxied.device('climber', { ...polling, transports: ['polling', 'websocket'] });
    await eventually(() => expect(device.socket.io.engine.transport.name).toBe('websocket'));
    await device.must('list_groups', {});
  });
});
