/** Texts in one-byte fragments that never end, on many WebSockets. */
import type { Socket } from 'node:net';
import { upgradedSocketTo } from '../../support/wire/raw-web-socket.ts';
import { type Peer, pause } from '../peer.ts';

const sockets = 50;
const fragments = 16_000;
const first = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x34]);
const more = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x78]);
const text = Buffer.concat([first, ...Array.from({ length: fragments - 1 }, () => more)]);

/** @returns how many of the sockets the node has closed. */
export const endlessFragments: Peer<number> = async ({ url, signal }) => {
  const open: Socket[] = [];
  let closed = 0;
  while (open.length < sockets && !signal.aborted) {
    const socket = await upgradedSocketTo(url, '');
    socket.once('close', () => {
      closed += 1;
    });
    socket.resume().write(text);
    open.push(socket);
  }
  while (closed < open.length && !signal.aborted) await pause(50, signal);
  for (const socket of open) socket.destroy();
  return closed;
};
