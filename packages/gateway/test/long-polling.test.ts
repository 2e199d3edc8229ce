/**
 * Connections that begin as long polling, written by hand: what is counted for them, and where they write after an
 * upgrade.
 */
import { once } from 'node:events';
import { Socket as TcpSocket } from 'node:net';
import { type LogEntry, type Operations, succeed, systemClock } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { expect, test, vi } from 'vitest';
import { createFanOut } from '../src/index.ts';
import { SocketDevice } from '../src/outbound/socket-device.ts';
import { startEdge } from './edge.ts';
import { position, recordingLogger, relayed } from './fake-domain.ts';
import { frame, pollingSession, upgradedSocket } from './raw-socket.ts';

const config = { transports: ['websocket', 'polling'] } as const;
const groupId = groupIdSchema.parse('g1');
const entry: LogEntry = { type: 'message', ...position, wire: Buffer.from(`"${'x'.repeat(10_000)}"`) };

test.each(['coalesced', 'plain'] as const)(
  'what waits for the next poll is counted once, with %s fan-out',
  async (mode) => {
    await using edge = await startEdge({ mode, config });
    await pollingSession(edge.url, 'user:ann');
    const [device] = edge.hub.devices.keys();
    if (!(device instanceof SocketDevice)) throw new Error('no device');
    for (let i = 0; i < 10; i += 1) edge.fanOut.deliver(groupId, [device], [entry]);
    await eventually(() => expect(device.bufferedBytes).toBeGreaterThan(10 * entry.wire.length));
    expect(device.bufferedBytes).toBeLessThan(11 * entry.wire.length);
  },
);

test('after the upgrade an answer and the own copy behind it are one write to the TCP socket', async () => {
  const fanOut = createFanOut({ clock: systemClock, logger: recordingLogger([]) });
  const relay_msg: Operations['relay_msg'] = async ({ device }, { group_id }) => {
    fanOut.deliver(group_id, device === null ? [] : [device], [entry]);
    return succeed(relayed);
  };
  await using edge = await startEdge({ config, operations: { relay_msg } });
  const socket = await upgradedSocket(edge.url, 'user:ann');
  const write = vi.spyOn(TcpSocket.prototype, 'write');
  socket.write(
    frame('420["request",{"request_type":"relay_msg","args":{"group_id":"g1","message":"hello"}}]'),
  );
  await once(socket, 'data');
  const writers = write.mock.contexts.filter((writer) => writer !== socket);
  write.mockRestore();
  expect(writers).toEqual([expect.objectContaining({ remotePort: socket.localPort })]);
  socket.destroy();
});
