/** WebSockets that ask for a Socket.IO connection without a token, again and again, and read none of the refusals. */
import type { Socket } from 'node:net';
import { maskedText, upgradedSocketTo } from '../../support/wire/raw-web-socket.ts';
import { type Peer, pause } from '../peer.ts';

const connectionsMax = 5000;
const connects = 20_000;
const block = Buffer.concat(Array.from({ length: connects }, () => maskedText('40{}')));

/** @returns how many connections the node has ended. */
export const refusedConnects: Peer<number> = async ({ url, signal }) => {
  let ended = 0;
  for (let opened = 0; opened < connectionsMax && !signal.aborted; opened += 1) {
    const socket = (await upgradedSocketTo(url, '')).pause();
    socket.write(block);
    if (await isEnded(socket, signal)) ended += 1;
    socket.destroy();
  }
  return ended;
};

/** A peer that does not read learns it from its own writes. */
async function isEnded(socket: Socket, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted && !socket.destroyed) {
    socket.write(maskedText('40{}'));
    await pause(20, signal);
  }
  return socket.destroyed;
}
