/** A webhook of a team, as a test plays it: it remembers what it was told, hangs, is down, or refuses. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export type ReceiverMood = 'well' | 'hanging' | 'down';

const noticeSchema = z.object({
  data: z.object({
    recipients: z.array(z.strictObject({ user_id: z.string(), online: z.boolean() })),
    message: z.object({ message: z.string() }),
  }),
});
type Recipients = z.infer<typeof noticeSchema>['data']['recipients'];

export class WebhookReceiver implements AsyncDisposable {
  readonly url: string;
  mood: ReceiverMood = 'well';
  /** Texts that are refused for good. */
  readonly refused = new Set<string>();
  /** Texts of messages in the order in which they were taken, copies included. */
  readonly told: string[] = [];
  /** Whom the last notice of a text was for. */
  readonly recipients = new Map<string, Recipients>();
  /** Calls that came, however they ended. */
  calls = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    const address: AddressInfo | string | null = server.address();
    this.url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}/` : '';
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebhookReceiver(server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.calls += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { data } = noticeSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    const text = data.message.message;
    if (this.mood === 'hanging') return;
    if (this.mood === 'down') return void response.writeHead(503).end();
    if (this.refused.has(text)) return void response.writeHead(422).end();
    this.told.push(text);
    this.recipients.set(text, data.recipients);
    response.writeHead(204).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
