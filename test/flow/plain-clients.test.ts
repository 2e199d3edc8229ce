/** Plain socket.io-client, without a handler of refusals: whatever passes, it is back by itself, with its positions. */
import { connect, createServer, type Socket } from 'node:net';
import { createClient } from '@plenum/client';
import { eventually, freshPrefix, obtainRedisForTests, startRedis } from '@plenum/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { Device, isDense } from '../support/devices/device.ts';
import { Follower } from '../support/devices/follower.ts';
import { adminToken, tokenOf } from '../support/wire/http.ts';

const patient = { timeoutMs: 20_000 };

async function figureOf({ url }: Service, name: string): Promise<number> {
  const page = await (
    await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } })
  ).text();
  const line = page.split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

test.each(engines)(
  'on %s a client for which the line was full is back when others have left it',
  async (engine) => {
    // 20 of them fit in line.
    await using service = await Service.start(engine, { connectRatePerSec: 4, connectRateBurst: 1 });
    const late: Device[] = [];
    const connecting = Array.from({ length: 60 }, async (_, i) => {
      const device = new Device(service.url, await tokenOf(`crowd-${i}`));
      onTestFinished(() => void device.socket.disconnect());
      device.socket.once('connect_error', (error) => {
        expect(error).toMatchObject({ description: { message: 'Unexpected server response: 429' } });
        late.push(device);
      });
      return device;
    });
    const crowd = await Promise.all(connecting);
    await eventually(() => expect(late.length).toBeGreaterThan(0), patient);
    expect(await figureOf(service, 'plenum_connects_waiting')).toBeGreaterThan(0);
    expect(await figureOf(service, 'plenum_connects_refused_total{code="node_busy"}')).toBeGreaterThan(0);
    const [last] = late.slice(-1);
    for (const device of crowd) if (device !== last) device.socket.disconnect();
    await eventually(() => expect(last?.socket.connected).toBe(true), patient);
    expect(await figureOf(service, 'plenum_connects_waiting')).toBe(0);
  },
);

test('the SDK waits as long as a busy node says', async () => {
  await using service = await Service.start('memory', { connectRatePerSec: 0.01, connectRateBurst: 1 });
  await service.device('ann');
  const reconnectMs = { minMs: 1, maxMs: 2 };
  const client = createClient({ url: service.url, token: () => tokenOf('bob'), reconnectMs });
  onTestFinished(() => client.close());
  void client.connect();
  await eventually(() => expect(client.status).toMatchObject({ state: 'waiting', reason: 'node_busy' }));
  expect(Reflect.get(client.status, 'retryInMs')).toBeGreaterThan(5000);
});

/** A balancer of TCP, which knows nothing of drains: each connection goes to the next of its nodes. */
async function startBalancer(ports: readonly number[]) {
  const links: Socket[] = [];
  const met: number[] = [];
  const server = createServer((client) => {
    const port = ports[met.length % ports.length] ?? 0;
    met.push(port);
    const node = connect(port, '127.0.0.1');
    for (const socket of [client, node]) socket.on('error', () => {}).setNoDelay(true);
    links.push(client, node);
    client.pipe(node).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  onTestFinished(() => {
    for (const link of links) link.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${address.port}`, met };
}

test('a client of a draining node that its balancer still names ends on the other one', async () => {
  await using redis = {
    value: await obtainRedisForTests(),
    [Symbol.asyncDispose]: () => redis.value.dispose(),
  };
  const options = { redisUrl: redis.value.url, prefix: freshPrefix() };
  await using first = await Service.start('redis', options);
  await using second = await Service.start('redis', options);
  const [drained, other] = [first, second].map(({ url }) => Number(new URL(url).port));
  if (drained === undefined || other === undefined) throw new Error('no ports');
  const balancer = await startBalancer([drained, drained, drained, other]);
  await first.plenum.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ann' });
  const ann = await Follower.connect('ann', balancer.url);
  onTestFinished(() => ann.away());
  await ann.device.until('subscribed', { groups: [{ group_id: 'g' }] });
  await first.plenum.send('g', 'ann', 'before');
  await eventually(() => expect(ann.device.messages('g')).toHaveLength(1));
  await first.plenum.drain({ withinMs: 0 });
  await second.plenum.send('g', 'ann', 'meanwhile');
  await eventually(
    () => expect(ann.device.messages('g').map(({ message }) => message)).toEqual(['before', 'meanwhile']),
    patient,
  );
  expect(isDense(ann.device.seqs('g'))).toBe(true);
  expect(balancer.met).toEqual([drained, drained, drained, other]);
  await second.plenum.send('g', 'ann', 'live');
  await eventually(() => expect(ann.device.messages('g')).toHaveLength(3));
});

test('a client that connects while Redis is away is attached when it is back', async () => {
  await using redis = await startRedis({ appendonly: true, args: ['--appendfsync', 'always'] });
  await using service = await Service.start('redis', { redisUrl: redis.serviceUrl });
  await service.plenum.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ann' });
  const ann = await Follower.connect('ann', service.url);
  onTestFinished(() => ann.away());
  await ann.device.until('subscribed', { groups: [{ group_id: 'g' }] });
  await service.plenum.send('g', 'ann', 'before');
  await eventually(() => expect(ann.device.messages('g')).toHaveLength(1));
  ann.away();
  await redis.kill();
  ann.device.socket.connect();
  await redis.restart();
  await eventually(async () => {
    expect(await service.plenum.send('g', 'ann', 'after', { requestId: 'after' })).toMatchObject({
      ok: true,
    });
  }, patient);
  await eventually(
    () => expect(ann.device.messages('g').at(-1)).toMatchObject({ message: 'after' }),
    patient,
  );
});
