/** Opens WebSockets that say nothing, and lets them go. */
import { RawWebSocket } from '../../support/wire/raw-web-socket.ts';
import { type Peer, pause } from '../peer.ts';

const sockets = 200;

/** @returns how many were opened. */
export const idleSockets: Peer<number> = async ({ url, signal }) => {
  const open: RawWebSocket[] = [];
  try {
    while (open.length < sockets && !signal.aborted) open.push(await RawWebSocket.connect(url));
    await pause(1000, signal);
    return open.length;
  } finally {
    for (const socket of open) socket[Symbol.dispose]();
  }
};
