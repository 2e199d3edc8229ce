/** A webhook played by a test: it records its calls, hangs, is slow, is down, or refuses. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { historyEntrySchema } from '@plenum/protocol';
import type { GivenEntry } from '@plenum/testkit';
import { z } from 'zod';

export type ReceiverMood = 'well' | 'slow' | 'hanging' | 'down';

/** In mood `slow`, of one call. */
const slowMs = 40;

const noticeSchema = z.object({
  data: z.object({
    recipients: z.array(z.strictObject({ user_id: z.string(), online: z.boolean() })),
    message: historyEntrySchema,
  }),
});
type Recipients = z.infer<typeof noticeSchema>['data']['recipients'];

export class WebhookReceiver implements AsyncDisposable {
  readonly url: string;
  mood: ReceiverMood = 'well';
  /** Texts that are refused for good. */
  readonly refused = new Set<string>();
  /** Texts at which it fails each time, as if they broke it. */
  readonly breaking = new Set<string>();
  /** Texts of messages in the order in which they were taken, copies included. */
  readonly notified: string[] = [];
  /** Every message that it got, in the order of arrival, under the id that its caller gave to the notice. */
  readonly given: GivenEntry[] = [];
  /** By id, when it took each message: performance.now(), ms. */
  readonly takenMs = new Map<string, number[]>();
  /** Whom the last notice of a text was for. */
  readonly recipients = new Map<string, Recipients>();
  /** Calls that came, however they ended. */
  calls = 0;
  /** Calls that it did not answer, or with 503. */
  callsInVain = 0;
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

  /** Of nodes that tell it: in dev mode, so that it may be on this machine; then tokens come from the nodes. */
  get environment(): Readonly<Record<string, string>> {
    return {
      PLENUM_JWT_SECRET: '',
      PLENUM_NOTIFIER_URL: this.url,
      PLENUM_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.calls += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { data } = noticeSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    const { message: entry } = data;
    if (entry.type !== 'message') return void response.writeHead(400).end();
    const text = entry.message ?? '';
    const isWell = (this.mood === 'well' || this.mood === 'slow') && !this.breaking.has(text);
    const isTaken = isWell && !this.refused.has(text);
    const id = messageIdIn(request);
    this.given.push({ entry: { ...entry, message_id: id }, isTaken });
    if (isTaken) this.takenMs.set(id, [...(this.takenMs.get(id) ?? []), performance.now()]);
    if (!isWell) this.callsInVain += 1;
    if (this.mood === 'hanging') return;
    if (this.mood === 'slow') await wait(slowMs);
    if (!isTaken) return void response.writeHead(isWell ? 422 : 503).end();
    this.notified.push(text);
    this.recipients.set(text, data.recipients);
    response.writeHead(204).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** The id of a notice is that of its message, and a digest of whom it is for. */
const messageIdIn = ({ headers }: IncomingMessage): string =>
  String(headers['webhook-id']).replace(/-[^-]*$/, '');
