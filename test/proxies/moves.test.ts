/** Nodes and proxies that end, drain or lose their Redis under load; the checker judges everything that devices got. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { ProxiedNodes } from '../support/cluster/proxied-nodes.ts';
import { askingForHealth, proxyKinds } from '../support/cluster/proxy-kinds.ts';
import { ThreeNodes } from '../support/cluster/three-nodes.ts';
import type { Follower } from '../support/devices/follower.ts';
import { RestSender } from '../support/devices/rest-sender.ts';
import { httpRequest } from '../support/wire/http.ts';

const memberCount = 18;
const speakerCount = 3;
/** Faults are looked for here, not speed. */
const calm = { everyMs: 40 };
/** Acks: some hundred ms of talk. */
const aWhile = 30;
/** Several times around all nodes. */
const callCount = 12;
const patient = { timeoutMs: 20_000, everyMs: 50 };

const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

/** Codes with which clients were refused by name; socket.io-client does not reconnect after one. */
function refusalsOf(members: readonly Follower[]): readonly string[] {
  const codes: string[] = [];
  for (const { device } of members) {
    device.socket.on('connect_error', (error: Error & { data?: { code: string } }) => {
      if (error.data !== undefined) codes.push(error.data.code);
    });
  }
  return codes;
}

/** The members of a group, of whom some talk, after a while. */
async function underLoad(traffic: CheckedTraffic, groupId: string): Promise<readonly Follower[]> {
  const members = await traffic.group(groupId, names(`of-${groupId}`, memberCount));
  traffic.keepSending(members.slice(0, speakerCount), groupId, calm);
  await traffic.until(aWhile);
  return members;
}

const connected = (members: readonly Follower[]) =>
  members.filter(({ device }) => device.socket.connected).length;
const expectConnected = (members: readonly Follower[], count = members.length) =>
  eventually(() => expect(connected(members)).toBe(count), patient);
const resumptionsOf = (members: readonly Follower[]) =>
  members.flatMap(({ resumptions }) => resumptions).length;

let nodes: ThreeNodes;
beforeAll(async () => {
  nodes = await ThreeNodes.start();
});
afterAll(() => nodes[Symbol.asyncDispose]());

describe.each(proxyKinds)('behind %s', (name, kind) => {
  let proxied: ProxiedNodes;
  beforeAll(async () => {
    proxied = await ProxiedNodes.start(kind, nodes);
  });
  afterAll(() => proxied[Symbol.asyncDispose]());

  test('the clients of a killed node are back on the other nodes and have missed nothing', async () => {
    await using traffic = new CheckedTraffic(proxied.url);
    const members = await underLoad(traffic, `${name}-killed`);
    const node = await nodes.busiest();
    await node.end('SIGKILL');
    await traffic.until(aWhile);
    await expectConnected(members);
    await node.startAgain();
    await traffic.expectComplete();
    expect(resumptionsOf(members)).toBeGreaterThanOrEqual(memberCount / nodes.all.length);
  });

  test('a node that drains gets no new client, its own ones move, and none is refused', async () => {
    await using traffic = new CheckedTraffic(proxied.url);
    const members = await underLoad(traffic, `${name}-drained`);
    const refusals = refusalsOf(members);
    const node = await nodes.busiest();
    await node.drain();
    const opened = await node.socketsOpened();
    const late = await Promise.all(names('late', memberCount).map((userId) => traffic.follower(userId)));
    await eventually(async () => expect(await node.sockets()).toBe(0), patient);
    await traffic.until(aWhile);
    await expectConnected([...members, ...late]);
    expect(await node.isReady()).toBe(false);
    expect(await node.socketsOpened()).toBe(opened);
    expect(refusals).toEqual([]);
    await node.end('SIGTERM');
    await node.startAgain();
    await traffic.expectComplete();
  });

  test('a rolling restart of all nodes loses, repeats and reorders nothing, on sockets and by REST', async () => {
    await using traffic = new CheckedTraffic(proxied.url);
    const members = await underLoad(traffic, `${name}-rolled`);
    const refusals = refusalsOf(members);
    await using sender = await RestSender.begin(proxied.url, `${name}-sender`);
    for (const node of nodes.all) {
      await node.end('SIGTERM');
      await traffic.until(aWhile);
      await node.startAgain();
      await traffic.until(aWhile);
    }
    await expectConnected(members);
    await traffic.expectComplete();
    await sender.expectComplete();
    expect(refusals).toEqual([]);
    expect(resumptionsOf(members)).toBeGreaterThanOrEqual(memberCount);
  });

  test('after the proxy itself is killed and started every client is back and has missed nothing', async () => {
    await using traffic = new CheckedTraffic(proxied.url);
    const members = await underLoad(traffic, `${name}-headless`);
    await proxied.proxy.kill();
    await expectConnected(members, 0);
    await proxied.proxy.start();
    await traffic.until(aWhile);
    await expectConnected(members);
    await traffic.expectComplete();
    expect(resumptionsOf(members)).toBeGreaterThanOrEqual(memberCount);
  });
});

test.each(askingForHealth)('%s leaves out a node whose Redis is away until it is back', async (_, kind) => {
  await using proxied = await ProxiedNodes.start(kind, nodes);
  const node = nodes.node(0);
  const expectAllAnswered = async () => {
    for (let i = 0; i < callCount; i += 1) {
      expect(await httpRequest('GET', `${proxied.url}/v1/groups`)).toMatchObject({ status: 200 });
    }
  };
  nodes.linkOfFirst.refuse(true);
  nodes.linkOfFirst.cutAll();
  await eventually(async () => expect(await node.isReady()).toBe(false), patient);
  await eventually(expectAllAnswered, patient);
  const opened = await node.socketsOpened();
  for (const userId of names('newcomer', callCount)) {
    await (await proxied.device(userId)).must('list_groups', {});
  }
  await expectAllAnswered();
  expect(await node.socketsOpened()).toBe(opened);

  nodes.linkOfFirst.refuse(false);
  await eventually(async () => {
    await proxied.device('returned');
    expect(await node.socketsOpened()).toBeGreaterThan(opened);
  }, patient);
});
