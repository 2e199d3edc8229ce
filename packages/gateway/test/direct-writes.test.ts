/** What a tick gathers for a socket is written straight into its TCP socket, in order, and only while nothing waits. */
import { once } from 'node:events';
import type { Socket as TcpSocket } from 'node:net';
import { type LogEntry, systemClock } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import type { Server, Socket } from 'socket.io';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { framesOf } from '../src/outbound/frames.ts';
import { SocketDevice } from '../src/outbound/socket-device.ts';
import { boundsOf, UnreadBudget } from '../src/outbound/unread-budget.ts';
import { recordingLogger } from './fake-domain.ts';
import { openSocket } from './open-socket.ts';

let io: Server;
let client: TcpSocket;
let socket: Socket;
let tcp: TcpSocket;
let budget: UnreadBudget;
let device: SocketDevice;
/** Everything that the client got after the handshake. */
let heard: string;

beforeEach(async () => {
  heard = '';
  ({ io, client, socket, tcp } = await openSocket((text) => {
    heard += text;
  }));
  budget = new UnreadBudget({ clock: systemClock, logger: recordingLogger([]), bounds: boundsOf(1e8) });
  const identity = { userId: userIdSchema.parse('ann'), isAuto: true, address: '127.0.0.1' };
  device = new SocketDevice(socket, identity, budget);
});

afterEach(async () => {
  budget.stop();
  client.destroy();
  await io.close();
});

const serverFrame = (text: string) => `\x81${String.fromCharCode(text.length)}${text}`;
const pushText = (seq: number) => `42["relay_message",{"seq":${seq}}]`;
const deliver = (...seqs: readonly number[]) => {
  const entries = seqs.map(
    (seq): LogEntry => ({
      type: 'message',
      epoch: '00000000000000aa',
      seq,
      wire: Buffer.from(`{"seq":${seq}}`),
    }),
  );
  device.writeFrames(framesOf(entries), entries, false);
};
const hears = (...texts: readonly string[]) =>
  eventually(() => expect(heard).toBe(texts.map(serverFrame).join('')));
const watched = () => ({
  send: vi.spyOn(socket.conn.transport, 'send'),
  write: vi.spyOn(tcp, 'write'),
});

test('answers and entries of a tick are one write of whole frames, past Engine.IO', async () => {
  const { send, write } = watched();
  device.writeHeld('37[1]');
  deliver(1, 2);
  device.writeHeld('38[1]');
  expect(heard).toBe('');
  await hears('437[1]', pushText(1), pushText(2), '438[1]');
  expect([send.mock.calls.length, write.mock.calls.length]).toEqual([0, 1]);
  expect([device.bufferedBytes, socket.conn.transport.writable]).toEqual([0, true]);
});

test('packets of Engine.IO keep their place among gathered ones', async () => {
  device.writeHeld('37[1]');
  socket.emit('between');
  deliver(1);
  device.writeHeld('38[1]');
  socket.conn.write('2["after"]');
  await hears('437[1]', '42["between"]', pushText(1), '438[1]', '42["after"]');
});

test('what Engine.IO has queued leaves first', async () => {
  device.hold();
  socket.emit('before');
  device.writeHeld('37[1]');
  deliver(1);
  await hears('42["before"]', '437[1]', pushText(1));
});

test('a control packet of Engine.IO stays in its place, and Engine.IO writes all', async () => {
  const { send } = watched();
  device.writeHeld('37[1]');
  Reflect.apply(Reflect.get(socket.conn, 'sendPacket'), socket.conn, ['ping']);
  device.writeHeld('38[1]');
  await hears('437[1]', '2', '438[1]');
  expect(send).toHaveBeenCalledTimes(1);
});

test('a close waits for what was gathered', async () => {
  device.writeHeld('37[1]');
  deliver(1);
  socket.conn.close();
  await eventually(() => expect(heard).toBe(`${['437[1]', pushText(1)].map(serverFrame).join('')}\x88\x00`));
});

test('a packet with a callback is left to Engine.IO', async () => {
  device.writeHeld('37[1]');
  const sent = new Promise<void>((resolve) => socket.conn.write('2["called"]', {}, () => resolve()));
  await hears('437[1]', '42["called"]');
  await sent;
});

test('other code that watches the packets of a connection sees them all', async () => {
  const flushed = vi.fn();
  socket.conn.on('flush', flushed);
  device.writeHeld('37[1]');
  await hears('437[1]');
  expect(flushed).toHaveBeenCalledTimes(1);
});

/** Writes until the kernel takes no more. */
async function fill(): Promise<void> {
  client.pause();
  const much = `2["${'x'.repeat(60_000)}"]`;
  while (tcp.writableLength === 0) {
    device.writeHeld(much);
    await new Promise(setImmediate);
  }
}

test('while the peer does not read, everything waits in the queue of Engine.IO and is counted', async () => {
  await fill();
  const { send, write } = watched();
  expect(socket.conn.transport.writable).toBe(false);
  const held = tcp.writableLength;
  device.writeHeld(`37["${'y'.repeat(1000)}"]`);
  deliver(1);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect([send.mock.calls.length, write.mock.calls.length, tcp.writableLength]).toEqual([0, 0, held]);
  expect(device.bufferedBytes).toBeGreaterThan(held + 1000);
  let isDrained = false;
  const drained = device.drained().then(() => {
    isDrained = true;
  });
  await new Promise(setImmediate);
  expect(isDrained).toBe(false);
  client.resume();
  await drained;
  await eventually(() => expect(heard.endsWith(serverFrame(pushText(1)))).toBe(true));
  expect(heard).toContain('y'.repeat(1000));
  await eventually(() => expect([device.bufferedBytes, socket.conn.transport.writable]).toEqual([0, true]));
  device.writeHeld('39[1]');
  await eventually(() => expect(heard.endsWith(serverFrame('439[1]'))).toBe(true));
});

test('what the kernel has not taken counts as unread', async () => {
  await fill();
  budget.look();
  expect(budget.bytes).toBeGreaterThanOrEqual(tcp.writableLength);
  expect(tcp.writableLength).toBeGreaterThan(0);
});

test('a socket that is gone gets nothing, and nothing fails', async () => {
  const closed = once(socket, 'disconnect');
  device.writeHeld('37[1]');
  client.destroy();
  deliver(1);
  await closed;
  device.writeHeld('38[1]');
  await new Promise(setImmediate);
  expect(device.bufferedBytes).toBe(0);
});
