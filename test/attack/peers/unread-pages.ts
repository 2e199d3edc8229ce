/** Pages of large messages that are asked for and never read: over HTTP by one user, and by one socket each of many. */
import type { Socket } from 'node:net';
import { Device } from '../../world/device.ts';
import { socketTo } from '../../world/raw-connection.ts';
import { maskedText, upgradedSocketTo } from '../../world/raw-web-socket.ts';
import { type Peer, pause, type Target } from '../peer.ts';

const messages = 200;
/** Six bytes of JSON for each character. */
const large = '\u0001'.repeat(4096);
const connections = 40;
const pagesPerConnection = 10;
const sockets = 800;

interface Asker extends Target {
  readonly groupId: string;
  readonly open: Socket[];
}

/** @returns how many pages were asked for. */
export const unreadPages: Peer<number> = async (target) => {
  const open: Socket[] = [];
  const groupId = `pages:${Date.now()}`;
  const owner = new Device(target.url, await target.tokenOf('mallory'), { reconnection: false });
  try {
    await owner.connected();
    await owner.must('create_group', { group_id: groupId, group_type: 'public' });
    for (let n = 0; n < messages; n += 1)
      await owner.must('relay_msg', { group_id: groupId, message: large });
    const asker = { ...target, groupId, open };
    const overHttp = await askOverHttp(asker);
    await pause(1500, target.signal);
    const bySockets = await askBySockets(asker);
    await pause(10_000, target.signal);
    return overHttp + bySockets;
  } finally {
    owner.socket.disconnect();
    for (const socket of open) socket.destroy();
  }
};

async function askOverHttp({ url, signal, tokenOf, groupId, open }: Asker): Promise<number> {
  const token = await tokenOf('mallory');
  const ask = `GET /v1/groups/${groupId}/messages?limit=200 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  let asked = 0;
  for (let n = 0; n < connections && !signal.aborted; n += 1) {
    const socket = await socketTo(url);
    socket.on('error', () => {});
    socket.pause().write(ask.repeat(pagesPerConnection));
    open.push(socket);
    asked += pagesPerConnection;
  }
  return asked;
}

async function askBySockets({ url, signal, tokenOf, groupId, open }: Asker): Promise<number> {
  const ask = `420["request",${JSON.stringify({ request_type: 'history', args: { group_id: groupId, limit: 200 } })}]`;
  let asked = 0;
  for (let n = 0; n < sockets && !signal.aborted; n += 1) {
    const socket = await upgradedSocketTo(url, await tokenOf('mallory'), 'none');
    socket.pause().write(maskedText(ask));
    open.push(socket);
    asked += 1;
  }
  return asked;
}
