/** Pages of large messages that are asked for and never read: over HTTP by one user, and by one socket each of many. */
import type { Socket } from 'node:net';
import { Device } from '../../support/devices/device.ts';
import { socketTo } from '../../support/wire/raw-connection.ts';
import { maskedText, upgradedSocketTo } from '../../support/wire/raw-web-socket.ts';
import { type Peer, pause, type Target } from '../peer.ts';

/** Each sends no more than the burst that a user has by default. */
const writers = 20;
const messagesEach = 10;
/** Six bytes of JSON for each character. */
const large = '\u0001'.repeat(4096);
const connections = 40;
const pagesPerConnection = 10;
const sockets = 800;

interface Asker extends Target {
  readonly groupId: string;
  readonly open: Socket[];
}

/** Of this process: a group that is written once is read again and again. */
let written: { readonly url: string; readonly groupId: string } | null = null;

/** @returns how many pages were asked for. */
export const unreadPages: Peer<number> = async (target) => {
  const open: Socket[] = [];
  try {
    if (written?.url !== target.url) written = { url: target.url, groupId: await largeGroup(target) };
    const asker = { ...target, groupId: written.groupId, open };
    const overHttp = await askOverHttp(asker);
    await pause(1500, target.signal);
    const bySockets = await askBySockets(asker);
    await pause(10_000, target.signal);
    return overHttp + bySockets;
  } finally {
    for (const socket of open) socket.destroy();
  }
};

async function largeGroup({ url, tokenOf }: Target): Promise<string> {
  const groupId = `pages:${Date.now()}`;
  const users = ['mallory', ...Array.from({ length: writers - 1 }, (_, n) => `writer:${n}`)];
  const devices = await Promise.all(
    users.map(async (user) => new Device(url, await tokenOf(user), { reconnection: false }).connected()),
  );
  const [owner, ...others] = devices;
  await owner?.must('create_group', { group_id: groupId, group_type: 'public' });
  for (const device of others) await device.must('join_group', { group_id: groupId });
  for (const device of devices) {
    for (let n = 0; n < messagesEach; n += 1)
      await device.must('relay_msg', { group_id: groupId, message: large });
    device.socket.disconnect();
  }
  return groupId;
}

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
