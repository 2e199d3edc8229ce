/** WebSockets that send pings without end and read nothing, one with a token and one without. */
import type { Socket } from 'node:net';
import { upgradedSocketTo } from '../../support/wire/raw-web-socket.ts';
import { type Peer, pause, type Target } from '../peer.ts';

/** Largest payload of a control frame. */
const payload = Buffer.alloc(125, 'p');
const ping = Buffer.concat([Buffer.from([0x89, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
const block = Buffer.concat(Array.from({ length: 1000 }, () => ping));
const bytesMax = 400 * 1024 * 1024;

/** @returns bytes of pings that were sent. */
export const unreadPings: Peer<number> = async (target) => {
  const sent = await Promise.all([pings(target, ''), pings(target, await target.tokenOf('mallory'))]);
  return sent.reduce((sum, bytes) => sum + bytes, 0);
};

async function pings({ url, signal }: Target, token: string): Promise<number> {
  let sent = 0;
  while (!signal.aborted && sent < bytesMax) {
    const socket = await upgradedSocketTo(url, token);
    socket.pause();
    sent += await flood(socket, signal);
    socket.destroy();
    // A node that has cut it is asked again.
    await pause(20, signal);
  }
  return sent;
}

/** Or closed, or for a second. */
async function drained(socket: Socket, signal: AbortSignal): Promise<void> {
  for (let n = 0; n < 100 && socket.writableNeedDrain && !socket.destroyed; n += 1) await pause(10, signal);
}

async function flood(socket: Socket, signal: AbortSignal): Promise<number> {
  while (!signal.aborted && !socket.destroyed && socket.bytesWritten < bytesMax) {
    if (socket.write(block)) await pause(0, signal);
    else await drained(socket, signal);
    // The node does not read on: nothing more can be sent on this connection.
    if (socket.writableLength > 64 * block.length) break;
  }
  return socket.bytesWritten - socket.writableLength;
}
