/** Connections that begin as long polling, by hand: what they write on once they are upgraded. */
import { once } from 'node:events';
import { Socket as TcpSocket } from 'node:net';
import { type LogEntry, type Operations, succeed, systemClock } from '@plenum/core';
import { expect, test, vi } from 'vitest';
import { createFanOut } from '../src/index.ts';
import { startEdge } from './edge.ts';
import { position, recordingLogger, relayed } from './fake-domain.ts';
import { frame, upgradedSocket } from './raw-socket.ts';

const config = { transports: ['websocket', 'polling'] } as const;
const entry: LogEntry = { kind: 'message', ...position, wire: Buffer.from(`"${'x'.repeat(10_000)}"`) };

test('once upgraded, an answer and the own copy behind it are held together on the TCP socket of the WebSocket', async () => {
  const fanOut = createFanOut({ clock: systemClock, logger: recordingLogger([]) });
  const relay_msg: Operations['relay_msg'] = async ({ subscriber }, { group_id }, onCommitted) => {
    onCommitted?.(relayed);
    fanOut.deliver(group_id, subscriber === null ? [] : [subscriber], [entry]);
    return succeed(relayed);
  };
  await using edge = await startEdge({ config, operations: { relay_msg } });
  const socket = await upgradedSocket(edge.url, 'user:ann');
  const cork = vi.spyOn(TcpSocket.prototype, 'cork');
  socket.write(
    frame('420["request",{"request_type":"relay_msg","args":{"group_id":"g1","message":"hello"}}]'),
  );
  await once(socket, 'data');
  const corked = cork.mock.contexts.map(({ remotePort }) => remotePort);
  cork.mockRestore();
  expect(new Set(corked)).toEqual(new Set([socket.localPort]));
  socket.destroy();
});
