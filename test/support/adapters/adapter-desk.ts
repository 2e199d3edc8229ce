/**
 * Where adapters that are a node's own code ask what to do: the test sets the mood of each kind, and has the record of what
 * they really got, whatever they answered.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import type { GivenEntry } from '@plenum/testkit';
import { z } from 'zod';

export type Kind = 'archive' | 'notifier';

/**
 * `throwing` fails before it has kept anything, `garbled` and `late` when they have kept everything: what they
 * answer is nonsense, or comes too late. `hanging` never answers and keeps nothing.
 */
export type Mood = 'well' | 'slow' | 'throwing' | 'garbled' | 'late' | 'hanging';

/** What the code in the node does. */
export interface Instruction {
  readonly how: 'answer' | 'throw' | 'hang';
  readonly answer?: unknown;
  readonly afterMs: number;
}

export interface AdapterCallSeen {
  readonly kind: Kind;
  /** Of the node that called. */
  readonly pid: number;
  readonly mood: Mood;
  readonly atMs: number;
  readonly entries: number;
  /** What of the node's heap was in use, if it was weighed. */
  readonly heapBytes: number | null;
}

/** An adapter has 2,500 ms. */
const lateMs = 3000;
/** In mood `slow`, of one call. */
const slowMs = 40;

const entrySchema = z.looseObject({ message_id: z.string() });
const callSchema = z.object({
  pid: z.int(),
  heapBytes: z.int().nullable(),
  entries: z.array(entrySchema),
});

export class AdapterDesk implements AsyncDisposable {
  readonly url: string;
  readonly calls: AdapterCallSeen[] = [];
  /** Texts that both kinds refuse for good. */
  readonly refused = new Set<string>();
  readonly #moods = new Map<Kind, Mood>();
  readonly #given: { readonly [K in Kind]: GivenEntry[] } = { archive: [], notifier: [] };
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<AdapterDesk> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = server.address();
    return new AdapterDesk(server, typeof address === 'object' ? (address?.port ?? 0) : 0);
  }

  set(kind: Kind, mood: Mood): void {
    this.#moods.set(kind, mood);
  }

  /** In the order in which the adapters got them. */
  given(kind: Kind): readonly GivenEntry[] {
    return this.#given[kind];
  }
  /** Calls that ended in this mood's way. */
  callsIn(kind: Kind, mood: Mood): readonly AdapterCallSeen[] {
    return this.calls.filter((call) => call.kind === kind && call.mood === mood);
  }

  /** Calls that the node had to count as failed. */
  callsInVain(kind: Kind): number {
    return this.calls.filter((call) => call.kind === kind && call.mood !== 'well' && call.mood !== 'slow')
      .length;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const kind: Kind = request.url === '/archive' ? 'archive' : 'notifier';
    const { entries, ...call } = callSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    const mood = this.#moods.get(kind) ?? 'well';
    this.calls.push({ ...call, kind, mood, atMs: performance.now(), entries: entries.length });
    const keeps = mood !== 'throwing' && mood !== 'hanging';
    const refused: string[] = [];
    for (const { message_id, ...rest } of entries) {
      const entry = entryOf(rest, message_id);
      const isRefused = entry.type === 'message' && this.refused.has(entry.message ?? '');
      if (isRefused) refused.push(message_id);
      this.#given[kind].push({ entry: { ...entry, message_id }, isTaken: keeps && !isRefused });
    }
    response.end(JSON.stringify(instructionFor(kind, mood, refused)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A message has its id among its fields, an event beside them. */
const entryOf = (fields: object, message_id: string): HistoryEntry =>
  historyEntrySchema.parse('message' in fields ? { ...fields, message_id } : fields);

function instructionFor(kind: Kind, mood: Mood, refused: readonly string[]): Instruction {
  if (mood === 'throwing') return { how: 'throw', afterMs: 0 };
  if (mood === 'hanging') return { how: 'hang', afterMs: 0 };
  if (mood === 'garbled') return { how: 'answer', answer: 'garbage', afterMs: 0 };
  const afterMs = mood === 'late' ? lateMs : mood === 'slow' ? slowMs : 0;
  const reasons = refused.map((message_id) => ({ message_id, reason: 'refused by the test' }));
  if (reasons.length === 0) return { how: 'answer', afterMs };
  const answer = kind === 'archive' ? { refused: reasons } : { refused: 'refused by the test' };
  return { how: 'answer', answer, afterMs };
}
