/** Clients that take more than their share of a node: of its memory, or of its connections' sockets. */
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import type { LogEntry } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { expect, test, vi } from 'vitest';
import { waitingMax } from '../src/sockets/socket-subscriber.ts';
import { unreadMax } from '../src/sockets/unread.ts';
import { startEdge } from './edge.ts';
import { frame, rawSocket } from './raw-socket.ts';

const groupId = groupIdSchema.parse('g1');
const entry: LogEntry = {
  kind: 'message',
  epoch: '00000000000000aa',
  seq: 1,
  wire: Buffer.from(JSON.stringify({ message: 'x'.repeat(60_000) })),
};

const hello = `40${JSON.stringify({ token: 'user:eve' })}`;

const modes = ['coalesced', 'plain'] as const;
type Edge = Awaited<ReturnType<typeof startEdge>>;

/** The only device of the edge, when it is there. */
async function onlyDevice({ hub }: Edge) {
  const [subscriber] = await vi.waitFor(() => {
    expect(hub.devices.size).toBe(1);
    return [...hub.devices.keys()];
  });
  if (subscriber === undefined) throw new Error('no device');
  return subscriber;
}

/** A client that reads, and counts what it gets. */
async function reader(edge: Edge) {
  const client = await edge.connected('ann');
  const received = { messages: 0 };
  client.on('relay_message', () => {
    received.messages += 1;
  });
  return { received, subscriber: await onlyDevice(edge) };
}

test.each(modes.flatMap((mode) => [[mode, 'entries'] as const, [mode, 'pushes'] as const]))(
  'with %s fan-out a client that never reads is cut before the %s that wait for it fill the memory',
  async (mode, what) => {
    await using edge = await startEdge({ mode });
    const socket = await rawSocket(edge.url);
    socket.pause();
    socket.write(frame(hello));
    const subscriber = await onlyDevice(edge);
    // The kernel takes some megabytes before anything waits in the process.
    const deliveries = (16 * waitingMax) / entry.wire.length;
    for (let i = 0; i < deliveries && edge.hub.devices.size > 0; i += 1) {
      if (what === 'entries') edge.fanOut.deliver(groupId, [subscriber], [entry]);
      else subscriber.push('token_expiring', { expires_at: 'x'.repeat(60_000) });
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(edge.hub.devices.size).toBe(0);
    socket.destroy();
  },
);

test.each(modes)('with %s fan-out a client that reads gets any amount', async (mode) => {
  await using edge = await startEdge({ mode });
  const { received, subscriber } = await reader(edge);
  const deliveries = Math.ceil((3 * waitingMax) / entry.wire.length);
  for (let i = 0; i < deliveries; i += 1) {
    edge.fanOut.deliver(groupId, [subscriber], [entry]);
    await subscriber.drained();
  }
  await vi.waitFor(() => expect(received.messages).toBe(deliveries));
});

test.each(modes)(
  'with %s fan-out a client that reads is not cut for one delivery that is bigger than what may wait',
  async (mode) => {
    await using edge = await startEdge({ mode });
    const { received, subscriber } = await reader(edge);
    const count = Math.ceil((2 * waitingMax) / entry.wire.length);
    for (let round = 1; round <= 3; round += 1) {
      edge.fanOut.deliver(
        groupId,
        [subscriber],
        Array.from({ length: count }, () => entry),
      );
      await vi.waitFor(() => expect(received.messages).toBe(round * count));
    }
    expect(edge.hub.devices.size).toBe(1);
  },
);

test.each(modes)('with %s fan-out a client that is cut learns why, if it reads on', async (mode) => {
  await using edge = await startEdge({ mode });
  const socket = await rawSocket(edge.url);
  socket.pause();
  socket.write(frame(hello));
  const subscriber = await onlyDevice(edge);
  while (edge.hub.devices.size > 0) {
    edge.fanOut.deliver(groupId, [subscriber], [entry]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  let tail = '';
  socket.on('data', (data) => {
    tail = (tail + data.toString('latin1')).slice(-200);
  });
  socket.resume();
  await vi.waitFor(() => expect(tail).toContain('42["closing",{"code":"slow_consumer"}]'), { timeout: 5000 });
  socket.destroy();
});

test('a client that never reads and comes back each time it is cut leaves no more behind than is allowed', async () => {
  await using edge = await startEdge();
  const sockets: TcpSocket[] = [];
  // What one delivery brings is taken by the transport as a whole: above the bound, the next one cuts.
  const count = Math.ceil((4 * waitingMax) / entry.wire.length);
  const batch = Array.from({ length: count }, () => entry);
  const visits = (3 * unreadMax) / (4 * waitingMax);
  for (let visit = 0; visit < visits; visit += 1) {
    const socket = await rawSocket(edge.url);
    sockets.push(socket.pause());
    socket.write(frame(hello));
    const subscriber = await onlyDevice(edge);
    while (edge.hub.devices.size > 0) {
      edge.fanOut.deliver(groupId, [subscriber], batch);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  // Without reading, a client hears of the end when it writes.
  await vi.waitFor(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write(frame('3'));
    expect(sockets.filter(({ destroyed }) => destroyed).length).toBeGreaterThanOrEqual(visits / 2);
  });
  expect(sockets.at(-1)?.destroyed).toBe(false);
  for (const socket of sockets) socket.destroy();
});

test('a connection carries one socket, however many it asks for at once', async () => {
  await using edge = await startEdge();
  const socket = await rawSocket(edge.url);
  let answers = '';
  socket.on('data', (data) => {
    answers += data.toString('latin1');
  });
  socket.write(Buffer.concat(Array.from({ length: 50 }, () => frame(hello))));
  await vi.waitFor(() =>
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
    await vi.waitFor(() => expect(edge.hub.devices.size).toBe(1));
    socket.write(frame('41'));
    await vi.waitFor(() => expect(edge.hub.devices.size).toBe(0));
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
    await vi.waitFor(() => expect(heard.match(/4[04]\{/g)).toHaveLength(visit));
    if (farewell !== '') socket.write(frame(farewell));
    await vi.waitFor(() => expect(edge.hub.devices.size).toBe(0));
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
  socket.destroy();
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
