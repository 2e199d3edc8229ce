import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { connectDevice } from './client.ts';

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function startCluster() {
  const command = new CommandProcess('apps/server/dist/dev/cluster.js', [], { PORT: '0' });
  const [, url = ''] = await command.until(/The cluster is ready at (\S+):/);
  await command.until(/Ctrl-C stops everything/);
  const nodes = [...command.output.matchAll(/node at (\S+) \(process (\d+)\)/g)].map((match) => ({
    url: match[1] ?? '',
    pid: Number(match[2]),
  }));
  return { command, url, nodes };
}

test('members on three nodes get every message once and in one order', async () => {
  const { command, nodes } = await startCluster();
  await using _ = command;
  const users = ['ada', 'bob', 'cyd'];
  const devices = await Promise.all(nodes.map(({ url }, i) => connectDevice(url, users[i] ?? '')));
  const [ada] = devices;
  expect(await ada?.request('create_group', { group_id: 'g', group_type: 'public' })).toMatchObject({
    success: true,
  });
  for (const device of devices.slice(1)) {
    expect(await device.request('join_group', { group_id: 'g' })).toMatchObject({ success: true });
  }
  const sends = Array.from({ length: 30 }, (_, i) =>
    devices[i % 3]?.request('relay_msg', { group_id: 'g', message: `message ${i}` }),
  );
  for (const answer of await Promise.all(sends)) expect(answer).toMatchObject({ success: true });
  await eventually(() => {
    for (const { received } of devices) expect(received).toHaveLength(30);
  });
  const orders = devices.map(({ received }) => received.map(({ seq, message }) => `${seq} ${message}`));
  expect(orders[1]).toEqual(orders[0]);
  expect(orders[2]).toEqual(orders[0]);
  for (const device of devices) device.socket.disconnect();
});

test('a node that dies is reported and started again, and Ctrl-C leaves nothing running', async () => {
  const { command, url, nodes } = await startCluster();
  await using _ = command;
  const [first] = nodes;
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await command.until(/has ended; will restart it/);
  using device = await connectDevice(url, 'ada');
  expect(await device.request('create_group', { group_id: 'g', group_type: 'public' })).toMatchObject({
    success: true,
  });
  command.signal('SIGINT');
  expect(await command.ended).toBe(0);
  for (const { pid } of nodes) expect(isAlive(pid)).toBe(false);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('a taken port is refused before anything is started', async () => {
  const { command, url } = await startCluster();
  await using _ = command;
  const port = new URL(url).port;
  await using second = new CommandProcess('apps/server/dist/dev/cluster.js', [], { PORT: port });
  await second.until(new RegExp(`Port ${port} is taken`));
  expect(await second.ended).toBe(1);
});
