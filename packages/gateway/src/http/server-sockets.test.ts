import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { guardSockets } from './server-sockets.ts';

test('the address of a peer that has reset its connection is still known', async () => {
  const server = createServer();
  guardSockets(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const peer = connect(port, '127.0.0.1');
  await once(peer, 'connect');
  const socket = await accepted;
  // `once` would reject: the reset comes as an error first.
  const isClosed = new Promise((resolve) => socket.resume().once('close', resolve));
  peer.resetAndDestroy();
  await isClosed;
  expect(socket.remoteAddress).toBe('127.0.0.1');
  server.close();
});
