import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

let echo: Server;
let proxy: FaultProxy;
/** Bytes that the target has got. */
let received: number;
const clients: Socket[] = [];

beforeEach(async () => {
  received = 0;
  echo = createServer((socket) => {
    socket.on('data', ({ length }) => {
      received += length;
    });
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  proxy = await startFaultProxy({
    targetPort: typeof address === 'object' && address !== null ? address.port : 0,
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  await new Promise((resolve) => echo.close(resolve));
});

const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/** A client that keeps what it hears. */
async function dial() {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  const heard: string[] = [];
  socket.on('data', (chunk) => heard.push(chunk.toString('utf8')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, heard: () => heard.join('') };
}

test('bytes pass in both directions', async () => {
  const client = await dial();
  client.socket.write('hello');
  await eventually(() => expect(client.heard()).toBe('hello'));
});

test('a half-open link is silent and says everything after it has healed, while new links work', async () => {
  const frozen = await dial();
  await eventually(() => expect(proxy.linkCount).toBe(1));
  proxy.pauseDownstream();
  frozen.socket.write('lost?');
  const healthy = await dial();
  healthy.socket.write('fine');
  await eventually(() => expect(healthy.heard()).toBe('fine'));
  expect(frozen.heard()).toBe('');
  proxy.resumeDownstream();
  await eventually(() => expect(frozen.heard()).toBe('lost?'));
});

test('of two links the one whose client said a name goes half-open, and the other one does not', async () => {
  const [named, other] = [await dial(), await dial()];
  named.socket.write('I am the subscriber. ');
  other.socket.write('I am not. ');
  await eventually(() =>
    expect([named.heard(), other.heard()]).toEqual(['I am the subscriber. ', 'I am not. ']),
  );
  proxy.pauseDownstream(/the subscriber/);
  named.socket.write('lost');
  other.socket.write('fine');
  await eventually(() => expect(other.heard()).toBe('I am not. fine'));
  expect(named.heard()).toBe('I am the subscriber. ');
});

test('a partition holds back both directions and new connections until it heals', async () => {
  const client = await dial();
  client.socket.write('before ');
  await eventually(() => expect(client.heard()).toBe('before '));
  proxy.partition();
  client.socket.write('during ');
  const late = await dial();
  late.socket.write('late');
  // What passes comes within a millisecond here.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(received).toBe('before '.length);
  expect([client.heard(), late.heard()]).toEqual(['before ', '']);
  proxy.heal();
  await eventually(() => expect([client.heard(), late.heard()]).toEqual(['before during ', 'late']));
  client.socket.write('after');
  await eventually(() => expect(client.heard()).toBe('before during after'));
});

test('a cut link is closed at once and forgotten', async () => {
  const client = await dial();
  await eventually(() => expect(proxy.linkCount).toBe(1));
  const ended = closed(client.socket);
  proxy.cutAll();
  await ended;
  await eventually(() => expect(proxy.linkCount).toBe(0));
});

test('a refusing proxy closes new connections until it accepts again', async () => {
  proxy.refuse(true);
  const refused = connect(proxy.port, '127.0.0.1');
  refused.on('error', () => undefined);
  await closed(refused);
  proxy.refuse(false);
  const client = await dial();
  client.socket.write('again');
  await eventually(() => expect(client.heard()).toBe('again'));
});

test('delayed bytes keep their order when the delay ends', async () => {
  const client = await dial();
  proxy.delay(50);
  client.socket.write('first ');
  await once(clients[0] ?? client.socket, 'data');
  expect(client.heard()).toBe('first ');
  client.socket.write('second ');
  proxy.delay(0);
  client.socket.write('third');
  await eventually(() => expect(client.heard()).toBe('first second third'));
});
