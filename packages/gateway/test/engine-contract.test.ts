/**
 * The undocumented parts of engine.io and ws that the gateway uses. An upgrade that changes one of them fails here,
 * by name, and not as a loss under load.
 */
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import { type LogEntry, systemClock } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { framesOf } from '../src/outbound/frames.ts';
import { SocketDevice } from '../src/outbound/socket-device.ts';
import { boundsOf, UnreadBudget } from '../src/outbound/unread-budget.ts';
import { boundWebSockets, fragmentsMax } from '../src/outbound/web-sockets.ts';
import { recordingLogger } from './fake-domain.ts';
import { openSocket } from './open-socket.ts';
import { frame, rawSocket } from './raw-socket.ts';

let io: Server;
let client: TcpSocket;
let socket: Socket;
let tcp: TcpSocket;
/** Everything that the client got after the handshake. */
let heard: string;

beforeEach(async () => {
  heard = '';
  ({ io, client, socket, tcp } = await openSocket((text) => {
    heard += text;
  }));
});

afterEach(async () => {
  client.destroy();
  await io.close();
});

/** A frame of the server: what is short has its length in the second byte. */
const serverFrame = (text: string) => `\x81${String.fromCharCode(text.length)}${text}`;
/** The option is not in engine.io's types. */
interface PreEncoded {
  readonly compress?: boolean;
  readonly wsPreEncodedFrame: readonly Buffer[];
}
const preEncoded = (text: string): PreEncoded => ({
  wsPreEncodedFrame: [Buffer.from(serverFrame(text), 'latin1')],
});

test('the transport is a WebSocket that is writable when idle, and nothing upgrades', () => {
  const { conn } = socket;
  expect(conn.transport.name).toBe('websocket');
  expect(conn.transport.writable).toBe(true);
  expect(conn.upgrading).toBe(false);
  expect(conn.readyState).toBe('open');
});

test('frames that are encoded already reach the wire as they are, in their place among packets', async () => {
  const { conn } = socket;
  conn.write('2["before"]');
  conn.write('', preEncoded('42["one"]'));
  conn.write('', preEncoded('42["two"]'));
  conn.write('2["after"]');
  const texts = ['42["before"]', '42["one"]', '42["two"]', '42["after"]'];
  await eventually(() => expect(heard).toBe(texts.map(serverFrame).join('')));
});

test('a transport that is made unwritable keeps everything in the queue, and `ready` lets it go', async () => {
  const { transport } = socket.conn;
  transport.writable = false;
  socket.emit('one');
  socket.conn.write('', preEncoded('42["two"]'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(heard).toBe('');
  transport.writable = true;
  transport.emit('ready');
  await eventually(() => expect(heard).toBe(['42["one"]', '42["two"]'].map(serverFrame).join('')));
});

test('each packet is announced with its data; `flush` shows that the transport took the queue', () => {
  const { conn } = socket;
  const seen: unknown[] = [];
  conn.on('packetCreate', ({ data }) => seen.push(data));
  conn.on('flush', () => seen.push('flush'));
  socket.emit('one', 'ü');
  conn.transport.writable = false;
  socket.emit('two');
  expect(seen).toEqual(['2["one","ü"]', 'flush', '2["two"]']);
  conn.transport.writable = true;
  conn.transport.emit('ready');
  expect(seen.at(-1)).toBe('flush');
});

test('the queue that `flush` shows is the one that is sent, whatever became of it', async () => {
  const { conn } = socket;
  conn.once('flush', (queue: unknown[]) => {
    queue.splice(0, queue.length, { type: 'message', options: preEncoded('42["instead"]') });
  });
  conn.transport.writable = false;
  socket.emit('one');
  socket.emit('two');
  conn.transport.writable = true;
  conn.transport.emit('ready');
  await eventually(() => expect(heard).toBe(serverFrame('42["instead"]')));
  expect(conn.transport.writable).toBe(true);
});

test('a transport that compresses says so, and sends nothing of a frame that is encoded already', async () => {
  const { conn } = socket;
  expect(Reflect.get(conn.transport, 'perMessageDeflate')).toBe(false);
  Reflect.set(conn.transport, 'perMessageDeflate', { threshold: 1024 });
  conn.write('', preEncoded('42["one"]'));
  await eventually(() => expect(heard).toBe(serverFrame('4')));
});

test('to a transport that compresses, entries go packet by packet', async () => {
  const budget = new UnreadBudget({ clock: systemClock, logger: recordingLogger([]), bounds: boundsOf(1e6) });
  const device = new SocketDevice(
    socket,
    { userId: userIdSchema.parse('ann'), isAuto: true, address: '127.0.0.1' },
    budget,
  );
  Reflect.set(socket.conn.transport, 'perMessageDeflate', { threshold: 1024 });
  const entries = [1, 2].map((seq): LogEntry => {
    return { type: 'message', epoch: '00000000000000aa', seq, wire: Buffer.from(`{"seq":${seq}}`) };
  });
  device.writeFrames(framesOf(entries), entries, false);
  budget.stop();
  const texts = [1, 2].map((seq) => `42["relay_message",{"seq":${seq}}]`);
  await eventually(() => expect(heard).toBe(texts.map(serverFrame).join('')));
});

test('after a write the transport is writable again, and says so by `ready`', async () => {
  const { transport } = socket.conn;
  const ready = once(transport, 'ready');
  socket.emit('one');
  await ready;
  expect(transport.writable).toBe(true);
});

test('data given to the transport itself passes the queue; a forced close drops the queue', async () => {
  const { conn } = socket;
  socket.emit('taken');
  conn.transport.writable = false;
  socket.emit('waits');
  conn.transport.send([{ type: 'message', data: '2["reason"]' }]);
  const closed = once(socket, 'disconnect');
  conn.close(true);
  expect(await closed).toEqual(['forced close', undefined]);
  const closeFrame = '\x88\x00';
  await eventually(() =>
    expect(heard).toBe(['42["taken"]', '42["reason"]'].map(serverFrame).join('') + closeFrame),
  );
});

test('the transport has the WebSocket as `socket`, and that one its TCP socket as `_socket`', () => {
  const webSocket: object = Reflect.get(socket.conn.transport, 'socket');
  expect(Reflect.get(webSocket, '_socket')).toBe(tcp);
});

test('frames that are encoded already are one write to the TCP socket', async () => {
  const written = vi.spyOn(tcp, 'write');
  socket.conn.write('', preEncoded('42["one"]'));
  await eventually(() => expect(heard).toContain('42["one"]'));
  expect(written).toHaveBeenCalledTimes(1);
});

test('a connection serves on when its request is let go of', async () => {
  expect(Reflect.deleteProperty(socket.conn, 'request')).toBe(true);
  expect(socket.conn.request).toBeUndefined();
  socket.once('question', (answer: (text: string) => void) => answer('fine'));
  client.write(frame('420["question"]'));
  await eventually(() => expect(heard).toBe(serverFrame('430["fine"]')));
});

test('the server of Engine.IO has the options of ws, and ws heeds those that bound a connection', async () => {
  const ownHttp = createServer();
  const own = new Server(ownHttp, { transports: ['websocket'] });
  const budget = new UnreadBudget({ clock: systemClock, logger: recordingLogger([]), bounds: boundsOf(1e6) });
  boundWebSockets(own, { clock: systemClock, budget });
  ownHttp.listen(0, '127.0.0.1');
  await once(ownHttp, 'listening');
  const address = ownHttp.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const other = await rawSocket(`http://127.0.0.1:${address.port}`);
  let answers = Buffer.alloc(0);
  other.on('data', (data) => {
    answers = Buffer.concat([answers, data]);
  });
  const ended = once(other, 'end');
  other.write(maskedFrame(0x89, 'p1'));
  await eventually(() => expect(answers.toString('latin1')).toContain('\x8a\x02p1'));
  other.write(maskedFrame(0x01, 'x'));
  for (let i = 0; i < fragmentsMax; i += 1) other.write(maskedFrame(0x00, 'x'));
  await eventually(() => expect(answers.toString('latin1')).toContain('\x88\x02\x03\xf0'));
  other.end();
  await ended;
  await own.close();
  budget.stop();
});

/** A frame of a client; a mask of zeros leaves the payload as it is. */
function maskedFrame(first: number, text: string): Buffer {
  return Buffer.from([first, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]);
}

test('Engine.IO keeps waiting packets in `writeBuffer` and their callbacks in `packetsFn`', () => {
  const { conn } = socket;
  conn.transport.writable = false;
  conn.write('2["waits"]', {}, () => {});
  expect(Reflect.get(conn, 'writeBuffer')).toMatchObject([{ type: 'message', data: '2["waits"]' }]);
  expect(Reflect.get(conn, 'packetsFn')).toHaveLength(1);
});

test('Engine.IO alone listens for messages of ws; a packet without content is a sign of life', () => {
  const webSocket: unknown = Reflect.get(socket.conn.transport, 'socket');
  if (!(webSocket instanceof EventEmitter)) throw new Error('no WebSocket');
  expect(webSocket.listeners('message')).toHaveLength(1);
  const seen: unknown[] = [];
  socket.conn.on('packet', ({ type }) => seen.push(type));
  socket.conn.on('data', (data) => seen.push(data));
  socket.conn.transport.emit('packet', { type: 'noop' });
  expect(seen).toEqual(['noop']);
});

test('Socket.IO dispatches an event in the next tick of the process', async () => {
  const webSocket: unknown = Reflect.get(socket.conn.transport, 'socket');
  if (!(webSocket instanceof EventEmitter)) throw new Error('no WebSocket');
  const seen: string[] = [];
  socket.onAny((event: string) => seen.push(event));
  webSocket.emit('message', Buffer.from('42["one"]'), false);
  process.nextTick(() => seen.push('next tick'));
  expect(seen).toEqual([]);
  await new Promise(setImmediate);
  expect(seen).toEqual(['one', 'next tick']);
});

test('the middlewares of a socket are in `fns`', () => {
  expect(Reflect.get(socket, 'fns')).toEqual([]);
  socket.use((_event, next) => next());
  expect(Reflect.get(socket, 'fns')).toHaveLength(1);
});
