/** A WebSocket client over a bare TCP or TLS socket: no library between the bytes and the one who counts them. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameReader, maskedFrame } from './frames.ts';
import { socketIo } from './socket-io-protocol.ts';
import type { PacketHandler, ProtocolLine, WireProtocol } from './wire-protocol.ts';

export interface ConnectionOptions {
  readonly url: string;
  /** Default: Socket.IO. */
  readonly protocol?: WireProtocol;
  /** What Socket.IO's CONNECT carries. */
  readonly auth: object;
  /** Local address; null: the system chooses. */
  readonly source: string | null;
  readonly handler: PacketHandler;
  /** Called once, before the first packet is handed out. */
  readonly onOpen?: (connection: RawConnection) => void;
}

type Stage = 'upgrading' | 'opening' | 'connected' | 'closed';

const connectLimitMs = 15_000;
const headEnd = '\r\n\r\n';

/** Shared by all connections: a read is consumed before the next one begins. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);

export class RawConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #protocol: WireProtocol;
  readonly #line: ProtocolLine;
  readonly #reader: FrameReader;
  #stage: Stage = 'upgrading';
  #head = '';
  #why = 'the server closed the connection';
  #isEnding = false;
  #lastAckId = 0;
  #waiting: Buffer[] = [];
  /** What is sent while a chunk is read leaves in one write. */
  #isReading = false;
  #settle: { resolve(): void; reject(error: Error): void } | null = null;

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#protocol = options.protocol ?? socketIo;
    this.#line = {
      handler: options.handler,
      auth: options.auth,
      send: (text) => this.#send(text),
      opened: () => this.#opened(),
      end: (why) => this.#end(why),
    };
    this.#reader = new FrameReader({
      text: (bytes, start, end) => this.#protocol.read(bytes, { start, end }, this.#line),
      close: () => this.#end('the server sent a close frame'),
      malformed: (why) => this.#end(`the server sent ${why}`),
    });
    const { hostname, port, protocol } = new URL(options.url);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const isTls = protocol === 'https:';
    const place = {
      host,
      port: Number(port === '' ? (isTls ? 443 : 80) : port),
      ...(options.source === null ? {} : { localAddress: options.source }),
      onread: {
        buffer: readBuffer,
        callback: (length: number) => {
          this.#read(length);
          return true;
        },
      },
    };
    this.#socket = isTls
      ? connectTls({ ...place, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connect(place);
    this.#socket.setNoDelay(true);
    this.#socket.on(isTls ? 'secureConnect' : 'connect', () => this.#upgrade());
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#closed());
  }

  /** @throws Error with one sentence if the server cannot be reached or refuses. */
  static async connect(options: ConnectionOptions): Promise<RawConnection> {
    const connection = new RawConnection(options);
    const timer = setTimeout(() => connection.#end('no connection within 15 s'), connectLimitMs);
    try {
      await new Promise<void>((resolve, reject) => {
        connection.#settle = { resolve, reject };
      });
    } finally {
      clearTimeout(timer);
    }
    return connection;
  }

  /** @param payload JSON. @returns the id that the answer will carry. */
  request(event: string, payload: string): number {
    this.#lastAckId += 1;
    this.#send(this.#protocol.request(this.#lastAckId, event, payload));
    return this.#lastAckId;
  }

  /** Ends at once, without a farewell; `closed` follows. */
  destroy(): void {
    this.#end('closed by this side');
  }

  /** Until `resumeReading`. */
  pauseReading(): void {
    this.#socket.pause();
  }
  resumeReading(): void {
    this.#socket.resume();
  }

  #send(text: string): void {
    this.#waiting.push(maskedFrame(text));
    if (!this.#isReading) this.#flush();
  }

  #flush(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const bytes = this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting);
    this.#waiting = [];
    if (this.#stage !== 'closed') this.#socket.write(bytes);
  }

  #upgrade(): void {
    const { host, pathname } = new URL(this.#options.url);
    const { path, query } = this.#protocol;
    const lines = [
      `GET ${pathname === '/' ? path : pathname}${query} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: cGxlbnVtLWJlbmNoLWtleQ==',
    ];
    this.#socket.write(`${lines.join('\r\n')}${headEnd}`);
  }

  #read(length: number): void {
    this.#isReading = true;
    try {
      if (this.#stage === 'upgrading') this.#readHead(length);
      else if (this.#stage !== 'closed') this.#reader.read(readBuffer, 0, length);
    } finally {
      this.#isReading = false;
      this.#flush();
    }
  }

  #readHead(length: number): void {
    const before = this.#head.length;
    this.#head += readBuffer.toString('latin1', 0, length);
    const end = this.#head.indexOf(headEnd);
    if (end < 0) return;
    if (!this.#head.startsWith('HTTP/1.1 101')) {
      this.#end(`the server answered ${this.#head.slice(0, this.#head.indexOf('\r\n'))}`);
      return;
    }
    this.#head = '';
    this.#stage = 'opening';
    this.#protocol.upgraded(this.#line);
    this.#reader.read(readBuffer, end + headEnd.length - before, length);
  }

  #opened(): void {
    this.#stage = 'connected';
    this.#options.onOpen?.(this);
    this.#settle?.resolve();
  }

  /** Only the first reason counts: a refusal and the close frame behind it come in one chunk. */
  #end(why: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#why = why;
    this.#socket.destroy();
  }

  #closed(): void {
    const wasConnected = this.#stage === 'connected';
    this.#stage = 'closed';
    if (wasConnected) this.#options.handler.closed(this.#why);
    else this.#settle?.reject(new Error(`${this.#options.url}: ${this.#why}`));
  }
}
