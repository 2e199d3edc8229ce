/** A WebSocket of Engine.IO made of bytes: it sends any frames and reads those that it gets. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { eventually } from '@plenum/testkit';
import { RawConnection, socketTo } from './raw-connection.ts';

/** First bytes of a frame: it is the last fragment, and what it holds. */
export const frame = {
  text: 0x81,
  binary: 0x82,
  begun: 0x01,
  continued: 0x80,
  close: 0x88,
  reserved: 0x83,
} as const;

const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];

export class RawWebSocket extends RawConnection {
  /** Texts of the frames that came: Engine.IO packets. */
  readonly packets: string[] = [];
  /** What the server's close frame said. */
  farewell: { readonly code: number; readonly reason: string } | null = null;
  #unread: Buffer = Buffer.alloc(0);
  #isOpen = false;
  readonly #answersClose: boolean;

  private constructor(socket: Socket, answersClose: boolean) {
    super(socket);
    this.#answersClose = answersClose;
    socket.on('data', (chunk) => this.#read(chunk));
  }

  /** Open, but without a Socket.IO CONNECT. @param options `answersClose`: false as in libraries that leave it to their user */
  static async connect(url: string, { answersClose = true } = {}): Promise<RawWebSocket> {
    const connection = new RawWebSocket(await socketTo(url), answersClose);
    connection.request('GET /socket.io/?EIO=4&transport=websocket', handshake);
    await connection.until(/^0\{"sid"/);
    return connection;
  }

  /** One masked frame of at most 65,535 bytes. @param first see {@link frame}. */
  send(first: number, payload: string | Uint8Array): void {
    const data = Buffer.from(payload);
    const length =
      data.length < 126 ? [0x80 | data.length] : [0x80 | 126, data.length >> 8, data.length & 0xff];
    // A mask of zeros leaves the payload as it is.
    this.write(Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), data]));
  }

  async until(pattern: RegExp): Promise<string> {
    return eventually(() => {
      const found = this.packets.find((packet) => pattern.test(packet));
      if (found === undefined) throw new Error(`no ${pattern} in ${this.packets.slice(-5).join('\n')}`);
      return found;
    });
  }

  /** A server ends the connection at once only when its close frame was answered, so that is done as most clients do. */
  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    if (!this.#isOpen) {
      const end = this.#unread.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#isOpen = true;
      this.#unread = this.#unread.subarray(end + 4);
    }
    for (let next = nextFrame(this.#unread); next !== null; next = nextFrame(this.#unread)) {
      this.#unread = next.rest;
      if (next.first === frame.close) {
        const { payload } = next;
        const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
        this.farewell = { code, reason: payload.toString('utf8', 2) };
        if (this.#answersClose) this.send(frame.close, next.payload);
      } else this.packets.push(next.payload.toString('utf8'));
    }
  }
}

/** A frame of at most 65,535 bytes as a client sends it. A mask of zeros leaves the payload as it is. */
export function maskedText(text: string): Buffer {
  const data = Buffer.from(text);
  const length =
    data.length < 126 ? [0x80 | data.length] : [0x80 | 126, data.length >> 8, data.length & 0xff];
  return Buffer.concat([Buffer.from([frame.text, ...length, 0, 0, 0, 0]), data]);
}

/**
 * The TCP socket below an open WebSocket: nothing is read from it unless its owner does.
 * @param token of the user who connects; empty: no Socket.IO CONNECT is sent
 */
export async function upgradedSocketTo(
  url: string,
  token: string,
  subscribe: 'auto' | 'none' = 'auto',
): Promise<Socket> {
  const socket = await socketTo(url);
  socket.on('error', () => {});
  const head = ['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', 'Host: localhost', ...handshake];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  if (token === '') return socket;
  socket.write(maskedText(`40${JSON.stringify({ token, subscribe })}`));
  let heard = '';
  const listen = (data: Buffer) => {
    heard += data.toString('latin1');
  };
  socket.on('data', listen);
  // Before it has admitted the user the node takes nothing else.
  await eventually(() => {
    if (!socket.destroyed && !/4[04]\{/.test(heard)) throw new Error('the node has not answered yet');
  });
  socket.off('data', listen);
  return socket;
}

/** @returns the first whole frame, or null. Servers don't mask, and send no frame above 64 KiB here. */
function nextFrame(bytes: Buffer): { first: number; payload: Buffer; rest: Buffer } | null {
  if (bytes.length < 4 && !(bytes.length >= 2 && (bytes[1] ?? 0) < 126)) return null;
  const [first = 0, short = 0] = bytes;
  const begin = short < 126 ? 2 : 4;
  const end = begin + (short < 126 ? short : bytes.readUInt16BE(2));
  if (bytes.length < end) return null;
  return { first, payload: bytes.subarray(begin, end), rest: bytes.subarray(end) };
}
