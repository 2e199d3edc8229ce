/** One command with two workers behind one port, as clients and operators meet it. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { ServedWorkers } from '../support/cluster/served-workers.ts';
import { isDense, readsRefusals } from '../support/devices/device.ts';
import { httpRequest } from '../support/wire/http.ts';

const userIds = Array.from({ length: 8 }, (_, i) => `user:${i}`);

/** So many that the two workers move them for longer than two signals count as one. */
const crowd = (served: ServedWorkers) =>
  Promise.all(userIds.flatMap((userId) => Array.from({ length: 8 }, () => served.node.device(userId))));

test('clients of two workers chat in one group, and one scrape gives both', async () => {
  await using served = await ServedWorkers.start();
  const devices = await Promise.all(userIds.map((userId) => served.node.device(userId)));
  const [first] = devices;
  await first?.must('create_group', { group_id: 'g', group_type: 'public' });
  for (const device of devices.slice(1)) await device.must('join_group', { group_id: 'g' });
  await Promise.all(
    devices.map((device, i) => device.must('relay_msg', { group_id: 'g', message: `m${i}` })),
  );
  await eventually(() => {
    const last = devices.map((device) => device.seqs('g').at(-1));
    expect(new Set(last)).toEqual(new Set([2 * userIds.length]));
  });
  for (const device of devices) expect(isDense(device.seqs('g'))).toBe(true);

  const { body } = await httpRequest('GET', `${served.url}/v1/nodes`);
  expect(body['nodes']).toHaveLength(2);
  const figures = await served.figures();
  expect(figures.get('plenum_sockets')).toBe(userIds.length);
  expect(figures.get('plenum_messages_sent_total')).toBe(userIds.length);
  expect(figures.get('plenum_deliveries_total')).toBeGreaterThanOrEqual(userIds.length ** 2);
  // A feed of the group in each worker: both have members of it.
  expect(figures.get('plenum_feeds')).toBe(2);
  expect(figures.get('plenum_leases')).toBe(256);
  expect(figures.get('plenum_node_info{prefix="plenum"}')).toBe(1);
});

test('a killed worker is replaced, its clients lose nothing, and counters do not fall', async () => {
  await using served = await ServedWorkers.start();
  await using traffic = new CheckedTraffic(served.url);
  const members = await traffic.group('g', userIds);
  traffic.keepSending(members.slice(0, 4), 'g');
  await traffic.until(50);
  const before = await served.figures();
  process.kill(served.worker(0).pid, 'SIGKILL');
  await served.untilStarted(3);
  await traffic.until(50);
  const after = await served.figures();
  await traffic.expectComplete();

  for (const [name, value] of before)
    if (name.endsWith('_total') && name.startsWith('plenum_'))
      expect(after.get(name), name).toBeGreaterThanOrEqual(value);
  expect(after.get('plenum_sockets')).toBe(userIds.length);
  const lines = served.command.lines.filter((line) => line.includes('a worker has failed'));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ node: 'primary', how: 'SIGKILL', level: 50 });
});

test('a worker that gets SIGTERM moves its clients to the other one and is replaced', async () => {
  await using served = await ServedWorkers.start();
  await using traffic = new CheckedTraffic(served.url);
  const members = await traffic.group('g', userIds);
  traffic.keepSending(members.slice(0, 4), 'g');
  await traffic.until(20);
  const refusals: string[] = [];
  for (const { device } of members)
    device.socket.on('connect_error', (error) => refusals.push(error.message));
  process.kill(served.worker(0).pid, 'SIGTERM');
  await served.untilStarted(3);
  await traffic.until(50);
  await traffic.expectComplete();
  expect(refusals).toEqual([]);
  expect(served.command.output).not.toContain('a worker has failed');
});

test('a worker drained by its node id takes no connection, unless the other one drains too', async () => {
  await using served = await ServedWorkers.start();
  const [one, two] = [served.worker(0), served.worker(1)];
  const drain = (nodeId: string) => httpRequest('POST', `${served.url}/v1/nodes/${nodeId}/drain`);
  expect((await drain(one.nodeId)).status).toBe(202);
  await served.command.until(new RegExp(`"node":"${one.nodeId}".*asked to drain`));
  // A connection from before the drain gets one more answer of that worker; all others are of the one that accepts.
  await eventually(async () => {
    const ready = await Promise.all(
      Array.from({ length: 8 }, () => httpRequest('GET', `${served.url}/readyz`)),
    );
    expect(ready.map(({ body }) => body['draining'])).not.toContain(true);
  });
  for (const userId of userIds) await served.node.device(userId);

  expect((await drain(two.nodeId)).status).toBe(202);
  await eventually(async () => {
    const { status, body } = await httpRequest('GET', `${served.url}/readyz`);
    expect({ status, draining: body['draining'] }).toEqual({ status: 503, draining: true });
  });
  expect((await httpRequest('GET', `${served.url}/healthz`)).status).toBe(200);
  await expect(served.node.device('ben', readsRefusals)).rejects.toMatchObject({
    data: { code: 'draining' },
  });
  expect(served.alive).toEqual([one, two]);
});

test('SIGTERM drains both workers: clients know, new ones are refused, the exit code is 0', async () => {
  await using served = await ServedWorkers.start();
  const devices = await crowd(served);
  // As a service manager does: all processes get it.
  for (const { pid } of served.alive) process.kill(pid, 'SIGTERM');
  served.command.signal('SIGTERM');
  await Promise.all(devices.map((device) => device.until('drain')));
  await expect(served.node.device('late', readsRefusals)).rejects.toMatchObject({
    data: { code: 'draining' },
  });
  expect((await httpRequest('GET', `${served.url}/healthz`)).status).toBe(200);
  expect((await httpRequest('GET', `${served.url}/readyz`)).status).toBe(503);
  expect(await served.command.ended).toBe(0);
  expect(served.alive).toEqual([]);
});

test('a second SIGTERM ends all processes at once', async () => {
  await using served = await ServedWorkers.start();
  const devices = await crowd(served);
  served.command.signal('SIGTERM');
  await devices[0]?.until('drain');
  await eventually(() => {
    served.command.signal('SIGTERM');
    expect(served.command.output).toContain('asked a second time');
  });
  expect(await served.command.ended).toBe(1);
  await eventually(() => expect(served.alive).toEqual([]));
});

test('workers whose primary is killed drain and end', async () => {
  await using served = await ServedWorkers.start();
  const devices = await Promise.all(userIds.slice(0, 2).map((userId) => served.node.device(userId)));
  served.command.signal('SIGKILL');
  await Promise.all(devices.map((device) => device.until('drain')));
  await eventually(() => expect(served.alive).toEqual([]), { timeoutMs: 40_000 });
});
