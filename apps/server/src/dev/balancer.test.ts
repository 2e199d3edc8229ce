import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startBalancer } from './balancer.ts';

async function startNode(name: string) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { target: { host: '127.0.0.1', port: address.port }, close: () => server.close() };
}

async function greeting(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const [data] = await once(socket, 'data');
  return String(data);
}

test('connections are spread, and a node that refuses is passed over', async () => {
  const [a, b] = [await startNode('a'), await startNode('b')];
  const balancer = await startBalancer(0);
  balancer.setTargets([a.target, b.target]);
  expect([await greeting(balancer.port), await greeting(balancer.port)].sort()).toEqual(['a', 'b']);
  a.close();
  await balancer.close();
  const second = await startBalancer(0);
  second.setTargets([{ host: '127.0.0.1', port: 1 }, b.target]);
  expect(await greeting(second.port)).toBe('b');
  await second.close();
  b.close();
});

test('a client is cut when there is no node', async () => {
  const balancer = await startBalancer(0);
  const socket = connect(balancer.port, '127.0.0.1');
  await once(socket, 'close');
  await balancer.close();
});

test('a taken port is refused with a sentence that names another', async () => {
  const balancer = await startBalancer(0);
  await expect(startBalancer(balancer.port)).rejects.toThrow(`Port ${balancer.port} is taken`);
  await balancer.close();
});
