/** Clients that take more than their share of a node's connections. */
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { startEdge } from './edge.ts';
import { connectedSocket, frame, rawSocket } from './raw-socket.ts';

const hello = `40${JSON.stringify({ token: 'user:eve' })}`;

/** Everything that a connection gets until the node ends it. */
async function heardUntilClosed(socket: TcpSocket): Promise<string> {
  let heard = '';
  socket.on('data', (data) => {
    heard += data.toString('latin1');
    // A close frame is answered, as any client does.
    if (heard.includes('\x88')) socket.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
  });
  socket.resume();
  await once(socket, 'close');
  return heard;
}

test('a connection that asks for many sockets at once gets none and is closed', async () => {
  await using edge = await startEdge();
  const socket = await rawSocket(edge.url);
  socket.write(Buffer.concat(Array.from({ length: 50 }, () => frame(hello))));
  expect(await heardUntilClosed(socket)).not.toContain('40{"sid"');
  expect(edge.hub.devices.size).toBe(0);
});

test('a connection that asks for a second socket is closed', async () => {
  await using edge = await startEdge();
  const socket = await connectedSocket(edge.url, 'user:eve');
  expect(edge.hub.devices.size).toBe(1);
  socket.write(frame(hello));
  await heardUntilClosed(socket);
  expect(edge.hub.devices.size).toBe(0);
});

test.each([
  ['that is refused', frame('40{"token":"nonsense"}'), 1],
  ['that is refused over and over', Buffer.concat(Array.from({ length: 1000 }, () => frame('40{}'))), 0],
  [
    'that asks for other namespaces',
    Buffer.concat(Array.from({ length: 1000 }, () => frame('40/other,{}'))),
    1,
  ],
])('a connection %s is closed after at most one refusal', async (_, frames, refusals) => {
  await using edge = await startEdge();
  const socket = await rawSocket(edge.url);
  socket.write(frames);
  expect((await heardUntilClosed(socket)).match(/44[{/]/g) ?? []).toHaveLength(refusals);
});

test('a client that ends neither its request nor its connection is cut with a reason', async () => {
  await using edge = await startEdge({ config: { requestTimeoutMs: 100 } });
  const { hostname, port } = new URL(edge.url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.on('error', () => {}).resume();
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  await once(socket, 'end');
  // What a closed connection is sent is answered with its reset; an open one would take it.
  await eventually(() => {
    socket.write('x');
    expect(socket.destroyed).toBe(true);
  });
});

test('a client that goes away in the middle of its body is no bug of ours', async () => {
  await using edge = await startEdge();
  const { hostname, port } = new URL(edge.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    'POST /v1/groups HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
  );
  await edge.fetch('/healthz');
  socket.destroy();
  await once(socket, 'close');
  for (let i = 0; i < 5; i += 1) await edge.fetch('/healthz');
  expect(edge.logs.filter(({ level }) => level === 'error')).toEqual([]);
});
