/** An HTTP server on 127.0.0.1 that records what it receives and answers as the test decides. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Ailment } from '@plenum/testkit';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  readonly path: string;
  /** As it was sent, byte for byte. */
  readonly body: string;
}
export interface ReceiverAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
/** `silence`: no answer until `release` · `reset`: the connection is cut · `endless`: a body without an end. */
export type Answering = (received: Received) => ReceiverAnswer | 'silence' | 'reset' | 'endless';

const chunkOfEndless = 'x'.repeat(16 * 1024);

function flow(response: ServerResponse): void {
  while (!response.destroyed && response.write(chunkOfEndless));
  response.once('drain', () => flow(response));
}

export class HttpReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  answering: Answering = () => ({ status: 204 });
  readonly #server = createServer((request, response) => this.#receive(request, response));
  #silent: (() => void)[] = [];

  static async start(): Promise<HttpReceiver> {
    const receiver = new HttpReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook?team=1`;
  }

  /** What was silent answers now, late. */
  release(): void {
    const silent = this.#silent;
    this.#silent = [];
    for (const answer of silent) answer();
  }

  /** As the suites want it; `usual` is how it answers in health. */
  ailing(usual: Answering) {
    this.answering = usual;
    const faults: Readonly<Record<Ailment, Answering>> = {
      throw: () => ({ status: 503 }),
      hang: () => 'silence',
      garbage: () => ({ status: 200, body: '{"allowed":"perhaps"}' }),
    };
    return {
      ail: async (ailment: Ailment) => {
        this.answering = faults[ailment];
      },
      heal: async () => {
        this.answering = usual;
        this.release();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { headers, method = '', url: path = '' } = request;
    const received = { headers, method, path, body: Buffer.concat(chunks).toString('utf8') };
    this.received.push(received);
    const answer = this.answering(received);
    if (answer === 'silence') this.#silent.push(() => response.writeHead(200).end('{"allowed":true}'));
    else if (answer === 'reset') request.socket.resetAndDestroy();
    else if (answer === 'endless') flow(response.writeHead(200));
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}
