/** A TCP connection to the port of a service, for bytes that no client library would send. */
import { connect, type Socket } from 'node:net';
import { eventually } from '@plenum/testkit';

export interface RawAnswer {
  readonly status: number;
  /** The JSON after the headers; empty if there is none. */
  readonly body: Record<string, unknown>;
}

/** Bits of a frame's first byte: the last fragment, and what it holds. */
export const frame = { text: 0x81, binary: 0x82, continued: 0x80, close: 0x88, reserved: 0x83 } as const;

export class RawConnection implements Disposable {
  readonly #socket: Socket;
  #received = '';
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  static open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new RawConnection(socket)));
      socket.once('error', reject);
    });
  }

  /** A WebSocket of Engine.IO, open but without a Socket.IO CONNECT. */
  static async webSocket(url: string): Promise<RawConnection> {
    const connection = await RawConnection.open(url);
    connection.request('GET /socket.io/?EIO=4&transport=websocket', [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]);
    await connection.until(/ 101 [\s\S]*"sid"/);
    return connection;
  }

  get received(): string {
    return this.#received;
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }
  /** @param line method and path, as they shall stand in the request. */
  request(line: string, headers: readonly string[] = [], body = ''): void {
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    const head = [`${line} HTTP/1.1`, 'Host: localhost', ...headers, ...length];
    this.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  /** One masked WebSocket frame of at most 65,535 bytes. @param first see {@link frame}. */
  send(first: number, payload: string | Uint8Array): void {
    const data = Buffer.from(payload);
    const length =
      data.length < 126 ? [0x80 | data.length] : [0x80 | 126, data.length >> 8, data.length & 0xff];
    // A mask of zeros leaves the payload as it is.
    this.write(Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), data]));
  }

  async until(pattern: RegExp): Promise<string> {
    return eventually(() => {
      const [match] = this.#received.match(pattern) ?? [];
      if (match === undefined) throw new Error(`${pattern} did not come: ${this.#received.slice(-500)}`);
      return match;
    });
  }
  /** Resolves when the server has ended the connection. */
  async closed(): Promise<void> {
    await eventually(() => {
      if (!this.#isClosed) throw new Error(`still open after ${this.#received.slice(-500)}`);
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** One HTTP request whose path is sent as it stands: `fetch` would resolve `..` in it. */
export async function rawRequest(
  url: string,
  line: string,
  { token, body }: { readonly token: string; readonly body?: string },
): Promise<RawAnswer> {
  using connection = await RawConnection.open(url);
  const type = body === undefined ? [] : ['Content-Type: application/json'];
  connection.request(line, [`Authorization: Bearer ${token}`, 'Connection: close', ...type], body);
  await connection.closed();
  return rawAnswer(connection.received);
}

export function rawAnswer(text: string): RawAnswer {
  const [, json = ''] = text.split('\r\n\r\n');
  return { status: Number(text.split(' ')[1]), body: json === '' ? {} : JSON.parse(json) };
}
