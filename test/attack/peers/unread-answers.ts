/** HTTP connections with many requests in one piece, whose answers are never read; on both ports. */
import type { Socket } from 'node:net';
import { socketTo } from '../../support/wire/raw-connection.ts';
import { type Peer, pause } from '../peer.ts';

const shapes = [
  { connections: 60, requests: 1500 },
  { connections: 1000, requests: 100 },
] as const;
const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** @returns how many requests were sent. */
export const unreadAnswers: Peer<number> = async ({ url, adminUrl, signal }) => {
  const open: Socket[] = [];
  let sent = 0;
  for (const { connections, requests } of shapes) {
    for (const path of ['/openapi.json', '/docs', '/no/such/route']) {
      const block = request(path).repeat(requests);
      for (let n = 0; n < connections && !signal.aborted; n += 1) {
        const socket = await socketTo(n % 2 === 0 || adminUrl === null ? url : adminUrl).catch(() => null);
        if (socket === null) break;
        socket.on('error', () => {});
        socket.pause().write(block);
        sent += requests;
        open.push(socket);
      }
      await pause(500, signal);
    }
    for (const socket of open.splice(0)) socket.destroy();
  }
  return sent;
};
