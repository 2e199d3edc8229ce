import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';

/** A client frame: masked with zeros, so the payload is readable. */
export function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

/**
 * A WebSocket by hand: nothing is read from it unless a test does.
 * @param sid of a connection by long polling that is to become this one
 */
export async function rawSocket(url: string, sid = ''): Promise<TcpSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket${sid === '' ? '' : `&sid=${sid}`} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(socket, 'data');
  return socket;
}

/** A user's connection by long polling, which has had the answer to its handshake. @returns its `sid`. */
export async function pollingSession(url: string, token: string): Promise<string> {
  const polling = `${url}/socket.io/?EIO=4&transport=polling`;
  const opening = await (await fetch(polling)).text();
  const { sid } = JSON.parse(opening.slice(1));
  await fetch(`${polling}&sid=${sid}`, { method: 'POST', body: `40${JSON.stringify({ token })}` });
  await (await fetch(`${polling}&sid=${sid}`)).text();
  return sid;
}

/** As {@link rawSocket}, for a user that connected by long polling first. */
export async function upgradedSocket(url: string, token: string): Promise<TcpSocket> {
  const socket = await rawSocket(url, await pollingSession(url, token));
  socket.write(frame('2probe'));
  await once(socket, 'data');
  socket.write(frame('5'));
  return socket;
}

/** As {@link rawSocket}, for an admitted user. */
export async function connectedSocket(url: string, token: string): Promise<TcpSocket> {
  const socket = await rawSocket(url);
  socket.write(frame(`40${JSON.stringify({ token })}`));
  let text = '';
  while (!text.includes('40{"sid"')) text += String(await once(socket, 'data'));
  socket.pause();
  return socket;
}

/** The whole answer to a WebSocket handshake that is refused. */
export async function upgradeAnswer(url: string, path: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8');
    if (text.startsWith('HTTP/1.1 101')) socket.destroy();
  });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(socket, 'close');
  return text;
}
