/** Clients that take more than their share of a node's connections. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { startEdge } from './edge.ts';
import { frame, rawSocket } from './raw-socket.ts';

const hello = `40${JSON.stringify({ token: 'user:eve' })}`;

test('a connection carries one socket, however many it asks for at once', async () => {
  await using edge = await startEdge();
  const socket = await rawSocket(edge.url);
  let answers = '';
  socket.on('data', (data) => {
    answers += data.toString('latin1');
  });
  socket.write(Buffer.concat(Array.from({ length: 50 }, () => frame(hello))));
  await eventually(() =>
    expect(answers.match(/"message":"A connection carries one socket"/g)).toHaveLength(49),
  );
  expect(edge.hub.devices.size).toBe(1);
  socket.destroy();
});

test('a client that leaves the namespace may come back on the same connection', async () => {
  await using edge = await startEdge();
  const socket = await rawSocket(edge.url);
  socket.resume();
  for (let visit = 0; visit < 2; visit += 1) {
    socket.write(frame(hello));
    await eventually(() => expect(edge.hub.devices.size).toBe(1));
    socket.write(frame('41'));
    await eventually(() => expect(edge.hub.devices.size).toBe(0));
  }
  socket.destroy();
});

test.each([
  ['comes and goes', 'eve', '41'],
  ['is refused', '', ''],
])('a client that %s over and over on one connection leaves nothing on it', async (_, userId, farewell) => {
  await using edge = await startEdge();
  const warnings: string[] = [];
  const note = ({ message }: Error) => void warnings.push(message);
  process.on('warning', note);
  const socket = await rawSocket(edge.url);
  let heard = '';
  socket.on('data', (data) => {
    heard += data.toString('latin1');
  });
  // Node warns of the eleventh listener.
  for (let visit = 1; visit <= 12; visit += 1) {
    socket.write(frame(`40${JSON.stringify({ token: userId === '' ? 'nonsense' : `user:${userId}` })}`));
    await eventually(() => expect(heard.match(/4[04]\{/g)).toHaveLength(visit));
    if (farewell !== '') socket.write(frame(farewell));
    await eventually(() => expect(edge.hub.devices.size).toBe(0));
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
  socket.destroy();
});

test('a client that ends neither its request nor its connection is told so and cut', async () => {
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
