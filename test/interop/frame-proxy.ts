/** A TCP proxy that loses or repeats single WebSocket frames of the server, as no network does: clients have to notice by seq. */
import { connect, createServer, type Server, type Socket } from 'node:net';

type Fate = 'lose' | 'double';

/** Bytes of an unmasked frame of a server, or null if it is not whole yet. */
function frameLength(bytes: Buffer): number | null {
  if (bytes.length < 2) return null;
  const short = bytes.readUInt8(1) & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extended) return null;
  const payload =
    extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return bytes.length < 2 + extended + payload ? null : 2 + extended + payload;
}

export class FrameProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #links = new Set<Socket>();
  #next: { readonly fate: Fate; readonly text: string } | null = null;
  targetPort: number;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(targetPort: number): Promise<FrameProxy> {
    const proxy = new FrameProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** False once it happened. */
  get isWaiting(): boolean {
    return this.#next !== null;
  }

  /** The next frame that contains the text is lost, or comes twice. */
  next(fate: Fate, text: string): void {
    this.#next = { fate, text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links) link.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const target = connect({ host: '127.0.0.1', port: this.targetPort });
    let waiting = Buffer.alloc(0);
    let isWebSocket: boolean | null = null;
    client.pipe(target);
    target.on('data', (chunk: Buffer) => {
      if (isWebSocket === null) {
        isWebSocket = chunk.subarray(0, 12).toString() === 'HTTP/1.1 101';
        const head = isWebSocket ? chunk.indexOf('\r\n\r\n') + 4 : chunk.length;
        client.write(chunk.subarray(0, head));
        waiting = Buffer.from(chunk.subarray(head));
      } else if (!isWebSocket) client.write(chunk);
      else waiting = Buffer.concat([waiting, chunk]);
      for (let length = frameLength(waiting); length !== null; length = frameLength(waiting)) {
        const frame = waiting.subarray(0, length);
        waiting = waiting.subarray(length);
        for (let copies = this.#copiesOf(frame); copies > 0; copies -= 1) client.write(frame);
      }
    });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#links.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#links.delete(one);
        other.destroy();
      });
    }
  }

  #copiesOf(frame: Buffer): number {
    if (this.#next === null || !frame.includes(this.#next.text)) return 1;
    const { fate } = this.#next;
    this.#next = null;
    return fate === 'lose' ? 0 : 2;
  }
}
