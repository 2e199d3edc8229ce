/** A TCP relay in front of Redis. It counts the bytes that one node receives, and how often they contain the name of a group. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class CountingRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #names = new NameCounter([]);
  #bytes = 0;

  constructor(target: URL) {
    this.#server = createServer((node) => this.#join(node, connect(Number(target.port), target.hostname)));
  }

  /** @returns the URL under which Redis is found through it. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(`redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
      });
    });
  }

  /** Resets the counters and counts these names from now on. All names must have the same length. */
  begin(names: readonly string[]): void {
    this.#names = new NameCounter(names);
    this.#bytes = 0;
  }

  /** Since the beginning. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often the name came since the beginning. */
  named(name: string): number {
    return this.#names.count(name);
  }

  /** Idempotent. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(node: Socket, redis: Socket): void {
    let tail = '';
    redis.on('data', (chunk) => {
      this.#bytes += chunk.length;
      tail = this.#names.take(chunk, tail);
      node.write(chunk);
    });
    node.pipe(redis);
    for (const [socket, other] of [
      [node, redis],
      [redis, node],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

/** Counts names of one length in a stream of bytes that arrives in pieces. */
export class NameCounter {
  readonly #counts: Map<string, number>;
  /** As much of the end of a stream as a name may have begun in. */
  readonly #tailLength: number;

  constructor(names: readonly string[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
    this.#tailLength = Math.max(0, ...names.map(({ length }) => length - 1));
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** @param tail what the last piece of the same stream gave back. @returns the tail for its next piece. */
  take(piece: Buffer, tail: string): string {
    const text = tail + piece.toString('latin1');
    for (const [name, before] of this.#counts) this.#counts.set(name, before + text.split(name).length - 1);
    return this.#tailLength === 0 ? '' : text.slice(-this.#tailLength);
  }
}
