/**
 * Clients that read slowly or not at all: what a node keeps for them is limited, and clients that read are not cut.
 */
import type { Socket as TcpSocket } from 'node:net';
import { type EphemeralPush, type LogEntry, type TelemetryEvents, watchTelemetry } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { waitingMax } from '../src/outbound/slow-consumer.ts';
import { SocketDevice } from '../src/outbound/socket-device.ts';
import { defaultMaxUnreadBytes } from '../src/outbound/unread-budget.ts';
import { type Edge, startEdge } from './edge.ts';
import { frame, rawSocket, upgradedSocket } from './raw-socket.ts';

const groupId = groupIdSchema.parse('g1');
const entry: LogEntry = {
  type: 'message',
  epoch: '00000000000000aa',
  seq: 1,
  wire: Buffer.from(JSON.stringify({ message: 'x'.repeat(60_000) })),
};

const token = 'user:eve';
/** A connected client that does not read. @param place of its packets: `/groups,` in the namespace `/groups` */
async function socketOf(url: string, place = ''): Promise<TcpSocket> {
  const socket = (await rawSocket(url)).pause();
  socket.write(frame(`40${place}${JSON.stringify({ token })}`));
  return socket;
}

const modes = ['coalesced', 'plain'] as const;
const small: LogEntry = { ...entry, wire: Buffer.from('{"result":{}}') };

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** The only device of the edge, when it is there. */
async function onlyDevice({ hub }: Edge): Promise<SocketDevice> {
  const [device] = await eventually(() => {
    expect(hub.devices.size).toBe(1);
    return [...hub.devices.keys()];
  });
  if (!(device instanceof SocketDevice)) throw new Error('no socket');
  return device;
}

/** A client that reads, and counts what it gets. */
async function reader(edge: Edge) {
  const client = await edge.connected('ann');
  const received = { messages: 0 };
  client.on('relay_message', () => {
    received.messages += 1;
  });
  return { received, device: await onlyDevice(edge) };
}

/** Until the kernel takes no more for a client that does not read. */
async function clog(edge: Edge, device: SocketDevice): Promise<void> {
  for (let idleTurns = 0; idleTurns < 20; idleTurns += 1) {
    if (device.bufferedBytes === 0) {
      edge.fanOut.deliver(groupId, [device], [entry]);
      idleTurns = 0;
    }
    await nextTurn();
  }
}

test.each(modes.flatMap((mode) => [[mode, 'entries'] as const, [mode, 'pushes'] as const]))(
  'with %s fan-out a client that never reads is cut before the waiting %s fill the memory',
  async (mode, what) => {
    await using edge = await startEdge({ mode });
    const socket = await socketOf(edge.url);
    const device = await onlyDevice(edge);
    // The kernel takes some megabytes before anything waits in the process.
    const deliveries = (16 * waitingMax.bytes) / entry.wire.length;
    for (let i = 0; i < deliveries && edge.hub.devices.size > 0; i += 1) {
      if (what === 'entries') edge.fanOut.deliver(groupId, [device], [entry]);
      else device.push('token_expiring', { expires_at: 'x'.repeat(60_000) });
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(edge.hub.devices.size).toBe(0);
    socket.destroy();
  },
);

test.each(modes)(
  'with %s fan-out a client that never reads is cut for too many entries, however small',
  async (mode) => {
    await using edge = await startEdge({ mode });
    const cuts: TelemetryEvents['slow_consumer'][] = [];
    const end = watchTelemetry('slow_consumer', (cut) => cuts.push(cut));
    const socket = await socketOf(edge.url);
    const device = await onlyDevice(edge);
    await clog(edge, device);
    const to = new Set([device]);
    const perTurn = 64;
    for (let turn = 0; turn < waitingMax.entries && edge.hub.devices.size > 0; turn += 1) {
      for (let i = 0; i < perTurn; i += 1) edge.fanOut.deliver(groupId, to, [small]);
      await nextTurn();
    }
    end();
    expect(cuts).toMatchObject([{ userId: 'eve' }]);
    expect(cuts[0]?.waitingEntries).toBeGreaterThan(waitingMax.entries);
    expect(cuts[0]?.waitingEntries).toBeLessThan(waitingMax.entries + 4 * perTurn);
    expect(cuts[0]?.bufferedBytes).toBeLessThan(waitingMax.bytes / 4);
    socket.destroy();
  },
);

test.each(modes)(
  'with %s fan-out a client that reads is not cut for one delivery of too many entries',
  async (mode) => {
    await using edge = await startEdge({ mode });
    const { received, device } = await reader(edge);
    const to = new Set([device]);
    const count = 2 * waitingMax.entries;
    for (let round = 1; round <= 3; round += 1) {
      for (let i = 0; i < count; i += 1) edge.fanOut.deliver(groupId, to, [small]);
      await eventually(() => expect(received.messages).toBe(round * count));
    }
    expect(edge.hub.devices.size).toBe(1);
  },
);

const ephemeral: EphemeralPush = {
  event: 'ephemeral_message',
  payload: {
    ...{ group_id: groupId, request_id: 'r1', from_user_id: userIdSchema.parse('ann'), after_seq: 1 },
    ...{ message: 'x'.repeat(30_000), timestamp: '2025-01-15T10:30:00.000Z', epoch: entry.epoch },
  },
};

test.each(modes)('with %s fan-out ephemeral messages never make a client too slow', async (mode) => {
  await using edge = await startEdge({ mode });
  const socket = await socketOf(edge.url);
  const device = await onlyDevice(edge);
  await clog(edge, device);
  const before = device.bufferedBytes;
  for (let sent = 0; sent < (8 * waitingMax.bytes) / 30_000; sent += 1) {
    edge.fanOut.deliverVolatile(groupId, [device], [ephemeral]);
    if (sent % 20 === 0) await nextTurn();
  }
  await nextTurn();
  expect(edge.hub.devices.size).toBe(1);
  expect(device.bufferedBytes - before).toBeLessThan(256 * 1024);
  socket.destroy();
});

test('unread answers are entries that wait', async () => {
  await using edge = await startEdge();
  const socket = await socketOf(edge.url);
  const device = await onlyDevice(edge);
  await clog(edge, device);
  const ask = frame('420["request",{"request_type":"typing","args":{"group_id":"g1"}}]');
  const asks = Buffer.concat(Array.from({ length: 64 }, () => ask));
  for (let i = 0; i < waitingMax.entries && edge.hub.devices.size > 0; i += 64) {
    socket.write(asks);
    await nextTurn();
  }
  await eventually(() => {
    socket.write(asks);
    expect(edge.hub.devices.size).toBe(0);
  });
  socket.destroy();
});

test('what the transport has taken of a burst is in the metrics, and cuts no client', async () => {
  await using edge = await startEdge();
  const socket = await socketOf(edge.url);
  const device = await onlyDevice(edge);
  const count = (8 * waitingMax.bytes) / entry.wire.length;
  edge.fanOut.deliver(
    groupId,
    [device],
    Array.from({ length: count }, () => entry),
  );
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  const page = await (await edge.fetch('/metrics')).text();
  const shown = Number(/^plenum_socket_buffered_bytes (\d+)$/m.exec(page)?.[1]);
  expect(shown).toBe(device.bufferedBytes);
  expect(shown).toBeGreaterThan(waitingMax.bytes);
  socket.destroy();
});

test.each(modes)('with %s fan-out a client that reads gets any amount', async (mode) => {
  await using edge = await startEdge({ mode });
  const { received, device } = await reader(edge);
  const deliveries = Math.ceil((3 * waitingMax.bytes) / entry.wire.length);
  for (let i = 0; i < deliveries; i += 1) {
    edge.fanOut.deliver(groupId, [device], [entry]);
    await device.drained();
  }
  await eventually(() => expect(received.messages).toBe(deliveries));
});

test.each(modes)(
  'with %s fan-out a client that reads is not cut for one delivery of too many bytes',
  async (mode) => {
    await using edge = await startEdge({ mode });
    const { received, device } = await reader(edge);
    const count = Math.ceil((2 * waitingMax.bytes) / entry.wire.length);
    for (let round = 1; round <= 3; round += 1) {
      edge.fanOut.deliver(
        groupId,
        [device],
        Array.from({ length: count }, () => entry),
      );
      await eventually(() => expect(received.messages).toBe(round * count));
    }
    expect(edge.hub.devices.size).toBe(1);
  },
);

const places = [
  ['/', ''],
  ['/groups', '/groups,'],
] as const;

test.each(modes.flatMap((mode) => places.map(([namespace, place]) => [mode, namespace, place] as const)))(
  'with %s fan-out in %s a client that is cut learns why, if it reads on',
  async (mode, namespace, place) => {
    await using edge = await startEdge({ mode, namespace });
    const socket = await socketOf(edge.url, place);
    const device = await onlyDevice(edge);
    while (edge.hub.devices.size > 0) {
      edge.fanOut.deliver(groupId, [device], [entry]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    let tail = '';
    socket.on('data', (data) => {
      tail = (tail + data.toString('latin1')).slice(-200);
    });
    socket.resume();
    await eventually(() => expect(tail).toContain(`42${place}["closing",{"code":"slow_consumer"}]`));
    socket.destroy();
  },
);

test.each([
  ['at once', socketOf],
  ['by an upgrade', async (url: string) => (await upgradedSocket(url, token)).pause()],
])(
  'a client that never reads and returns after each cut, %s, leaves no more than is allowed',
  async (_, open) => {
    // A quarter of it is for one user: three visits.
    const maxUnreadBytes = 3 * defaultMaxUnreadBytes;
    await using edge = await startEdge({ config: { transports: ['websocket', 'polling'], maxUnreadBytes } });
    const sockets: TcpSocket[] = [];
    // What one delivery brings is taken by the transport as a whole: above the bound, the next one cuts.
    const count = Math.ceil((4 * waitingMax.bytes) / entry.wire.length);
    const batch = Array.from({ length: count }, () => entry);
    const visits = (3 * defaultMaxUnreadBytes) / (4 * waitingMax.bytes);
    for (let visit = 0; visit < visits; visit += 1) {
      const socket = await open(edge.url);
      sockets.push(socket);
      const device = await onlyDevice(edge);
      while (edge.hub.devices.size > 0) {
        edge.fanOut.deliver(groupId, [device], batch);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    // Without reading, a client hears of the end when it writes.
    await eventually(() => {
      for (const socket of sockets) if (!socket.destroyed) socket.write(frame('3'));
      expect(sockets.filter(({ destroyed }) => destroyed).length).toBeGreaterThanOrEqual(visits / 2);
    });
    expect(sockets.at(-1)?.destroyed).toBe(false);
    for (const socket of sockets) socket.destroy();
  },
);
