/** A webhook that takes its time. It keeps each call, and when the call began by the clock of the calling node. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const answerMs = 120;

interface Call {
  /** When it began, in whole seconds: the node rounds down. Ms. */
  readonly begunAtMs: number;
  readonly text: string;
}

export class SlowNotifier implements AsyncDisposable {
  readonly calls: Call[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const begunAtMs = Number(request.headers['webhook-timestamp']) * 1000;
      this.calls.push({ begunAtMs, text: Buffer.concat(chunks).toString('utf8') });
      await pause(answerMs);
      response.writeHead(204).end();
    });
  }

  static async start(): Promise<SlowNotifier> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SlowNotifier(server);
  }

  /** Of nodes that tell it: in dev mode, so that it may be on this machine; then tokens come from the nodes. */
  get environment(): Readonly<Record<string, string>> {
    const { port }: AddressInfo = Object(this.#server.address());
    return {
      PLENUM_JWT_SECRET: '',
      PLENUM_NOTIFIER_URL: `http://127.0.0.1:${port}/`,
      PLENUM_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
