/** A TCP relay in front of Redis that counts what one node receives, and how often a group is named in it. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Received {
  readonly bytes: number;
  /** How often each of the asked names stood in it. */
  readonly named: ReadonlyMap<string, number>;
}

export class CountingRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #names: readonly string[] = [];
  #bytes = 0;
  #named = new Map<string, number>();

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

  /** Forgets what was counted, and looks for these names, all of one length, from now on. */
  begin(names: readonly string[]): void {
    this.#names = names;
    this.#bytes = 0;
    this.#named = new Map(names.map((name) => [name, 0]));
  }

  received(): Received {
    return { bytes: this.#bytes, named: new Map(this.#named) };
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
      tail = this.#count(tail + chunk.toString('latin1'));
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

  /** @returns the end of the text, in which a name may have begun. */
  #count(text: string): string {
    for (const name of this.#names) {
      const found = text.split(name).length - 1;
      this.#named.set(name, (this.#named.get(name) ?? 0) + found);
    }
    const longest = Math.max(0, ...this.#names.map(({ length }) => length - 1));
    return longest === 0 ? '' : text.slice(-longest);
  }
}
