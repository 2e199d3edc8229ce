/** A TCP connection to the port of a service, for bytes that no client library would send. */
import { connect, type Socket } from 'node:net';
import { eventually } from '@plenum/testkit';

export interface RawAnswer {
  readonly status: number;
  /** The JSON after the headers; empty if there is none. */
  readonly body: Record<string, unknown>;
}

export class RawConnection implements Disposable {
  protected readonly socket: Socket;
  #received = '';
  #isClosed = false;

  protected constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  static async open(url: string): Promise<RawConnection> {
    return new RawConnection(await socketTo(url));
  }

  get received(): string {
    return this.#received;
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }
  /** @param line method and path, as they shall stand in the request. */
  request(line: string, headers: readonly string[] = [], body = ''): void {
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    const head = [`${line} HTTP/1.1`, 'Host: localhost', ...headers, ...length];
    this.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }

  /** Resolves when the server has ended the connection. */
  async closed(): Promise<void> {
    await eventually(() => {
      if (!this.#isClosed) throw new Error(`still open after ${this.#received.slice(-500)}`);
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export function socketTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** One HTTP request whose path is sent unchanged: `fetch` would resolve `..` in it. */
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
  const [json] = text.match(/\{.*\}/s) ?? [];
  return { status: Number(text.split(' ')[1]), body: json === undefined ? {} : JSON.parse(json) };
}
