/** A foreign Socket.IO server: stock server, stock sharded adapter, and nothing of ours but the channel prefix. */
import { createServer } from 'node:http';
import { eventually } from '@plenum/testkit';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';

export interface Heard {
  readonly event: string;
  readonly payload: unknown;
}

/** A client of the stock server and what it was sent, in order. */
export interface Listener {
  readonly socket: Socket;
  readonly heard: readonly Heard[];
}

export class StockServer implements AsyncDisposable {
  readonly io: Server;
  readonly #url: string;
  readonly #prefix: string;
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #clients: Socket[] = [];

  private constructor(redisUrl: string, prefix: string, { io: server, url }: { io: Server; url: string }) {
    this.#publisher = new Redis(redisUrl);
    this.#subscriber = new Redis(redisUrl);
    this.#prefix = prefix;
    this.#url = url;
    this.io = server;
    server.adapter(createShardedAdapter(this.#publisher, this.#subscriber, { channelPrefix: prefix }));
  }

  static async start(redisUrl: string, prefix: string): Promise<StockServer> {
    const http = createServer();
    const server = new Server(http, { transports: ['websocket'], serveClient: false });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const address = http.address();
    if (typeof address !== 'object' || address === null) throw new Error('the stock server has no port');
    return new StockServer(redisUrl, prefix, { io: server, url: `http://127.0.0.1:${address.port}` });
  }

  /** A client whose socket is in the room. Resolves when Redis knows of it: `join` alone does not wait for that. */
  async listenerIn(room: string): Promise<Listener> {
    const connected = new Promise<void>((resolve) => {
      this.io.once('connection', async (socket) => {
        await socket.join(room);
        resolve();
      });
    });
    const socket = io(this.#url, { transports: ['websocket'], forceNew: true, reconnection: false });
    this.#clients.push(socket);
    const heard: Heard[] = [];
    socket.onAny((event: string, payload: unknown) => heard.push({ event, payload }));
    await connected;
    await this.#subscribedTo(room);
    return { socket, heard };
  }

  async #subscribedTo(room: string): Promise<void> {
    const channel = `${this.#prefix}#/#${room}#`;
    await eventually(async () => {
      const [, count] = await this.#publisher.pubsub('SHARDNUMSUB', channel);
      if (Number(count) === 0) throw new Error(`no subscriber of ${channel}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.io.close();
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }
}
