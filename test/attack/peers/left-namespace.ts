/** Connections of a user that leave the namespace of Socket.IO and stay where they are. */
import type { Socket } from 'node:net';
import { maskedText, upgradedSocketTo } from '../../support/wire/raw-web-socket.ts';
import { type Peer, pause } from '../peer.ts';

const connections = 200;
const closeFrame = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);

export interface LeftNamespace {
  readonly left: number;
  /** Of them, by the node. */
  readonly closed: number;
}

/** Ends when the node has closed all of them. */
export const leftNamespace: Peer<LeftNamespace> = async ({ url, signal, tokenOf }) => {
  const open: Socket[] = [];
  let closed = 0;
  const token = await tokenOf('leaver');
  while (open.length < connections && !signal.aborted) {
    const socket = await upgradedSocketTo(url, token, 'none');
    socket.once('close', () => {
      closed += 1;
    });
    // As every client does.
    socket.on('data', (data) => data.includes(0x88) && socket.write(closeFrame));
    socket.resume().write(maskedText('41'));
    open.push(socket);
  }
  while (closed < open.length && !signal.aborted) await pause(20, signal);
  const result = { left: open.length, closed };
  for (const socket of open) socket.destroy();
  return result;
};
